/** Incidents, the limits of all recoveries, the switch, and the monitor's memory. */
import type { Incident } from '../../core/contracts/incident';
import { FIRST_LIMITS } from '../../core/policies/recovery/limits';
import { fresh, T } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export const incidentOf = (id: string, more: Partial<Incident> = {}): Incident => ({
  id,
  subject: { on: 'function', functionName: 'triage-x-runner-bulk', version: '3', part: 'runner', lane: 'bulk' },
  kind: 'code',
  state: 'open',
  openedAtMs: T,
  lastSeenAtMs: T,
  findings: 1,
  suspicions: 0,
  recentAtMs: [T],
  findingIds: ['one'],
  spent: 0,
  token: 0,
  leaseUntilMs: 0,
  version: 0,
  timeline: [{ atMs: T, what: 'found', words: 'one' }],
  ...more,
});
const NONE = { version: 0, token: 0 };

export function incidentsSuite(ports: () => PortsUnderTest): void {
  describe('incidents', () => {
    it('puts one where there is none, once, and gives it back as it was', async () => {
      const { incidents } = ports();
      const incident = incidentOf(fresh());
      expect(await incidents.read(incident.id)).toBeUndefined();
      expect(await incidents.put(incident, NONE)).toBe(true);
      expect(await incidents.put(incident, NONE)).toBe(false);
      expect(await incidents.read(incident.id)).toEqual({ ...incident, version: 1 });
    });
    it('puts it only in place of the version and the token that were read', async () => {
      const { incidents } = ports();
      const incident = incidentOf(fresh());
      await incidents.put(incident, NONE);
      const taken = { ...incident, token: 1 };
      expect(await incidents.put(taken, { version: 1, token: 0 })).toBe(true);
      expect(await incidents.put(incident, { version: 1, token: 0 })).toBe(false);
      expect(await incidents.put(incident, { version: 2, token: 0 })).toBe(false);
      expect(await incidents.put(incident, { version: 1, token: 1 })).toBe(false);
      expect(await incidents.read(incident.id)).toMatchObject({ version: 2, token: 1 });
    });
    it('begins an action with its price, or neither', async () => {
      const { incidents } = ports();
      const incident = incidentOf(fresh());
      const { version } = await incidents.limits();
      const limits = { next: { ...FIRST_LIMITS, tokens: 4 }, version };
      expect(await incidents.begin(incident, { version: 7, token: 0 }, limits)).toBe('conflict');
      expect(await incidents.begin(incident, NONE, { ...limits, version: version + 1 })).toBe('conflict');
      expect((await incidents.limits()).version).toBe(version);
      expect(await incidents.read(incident.id)).toBeUndefined();
      expect(await incidents.begin(incident, NONE, limits)).toBe('begun');
      expect(await incidents.limits()).toEqual({ limits: limits.next, version: version + 1 });
      expect(await incidents.putLimits(FIRST_LIMITS, version)).toBe(false);
      expect(await incidents.putLimits(FIRST_LIMITS, version + 1)).toBe(true);
      expect(await incidents.read(incident.id)).toMatchObject({ version: 1 });
    });
    it('begins nothing while the switch is off', async () => {
      const { incidents } = ports();
      const incident = incidentOf(fresh());
      const { version } = await incidents.limits();
      expect(await incidents.mode()).toBe('on');
      await incidents.setMode('off');
      expect(await incidents.mode()).toBe('off');
      expect(await incidents.begin(incident, NONE, { next: FIRST_LIMITS, version })).toBe('off');
      expect((await incidents.limits()).version).toBe(version);
      expect(await incidents.put(incident, NONE)).toBe(true);
      await incidents.setMode('on');
      expect(await incidents.begin(incident, { version: 1, token: 0 }, { next: FIRST_LIMITS, version })).toBe('begun');
    });
    it('tells which are due, the longest waiting first, and forgets the ones that are not any more', async () => {
      const { incidents } = ports();
      const [early, late, later, never] = [fresh(), fresh(), fresh(), fresh()];
      await incidents.put(incidentOf(late, { dueAtMs: 20 }), NONE);
      await incidents.put(incidentOf(early, { dueAtMs: 10 }), NONE);
      await incidents.put(incidentOf(later, { dueAtMs: 40 }), NONE);
      await incidents.put(incidentOf(never), NONE);
      expect(await incidents.due(30, 10)).toEqual([early, late]);
      expect(await incidents.due(30, 1)).toEqual([early]);
      for (const id of [early, late, later]) await incidents.put(incidentOf(id), { version: 1, token: 0 });
      expect(await incidents.due(100, 10)).toEqual([]);
    });
  });

  describe("the monitor's memory", () => {
    it('is put only in place of the version that was read', async () => {
      const { monitorStates } = ports();
      const name = fresh();
      expect(await monitorStates.read(name)).toEqual({ state: undefined, version: 0 });
      expect(await monitorStates.put(name, '{"a":1}', 0)).toBe(true);
      expect(await monitorStates.put(name, '{"a":2}', 0)).toBe(false);
      expect(await monitorStates.put(name, '{"a":3}', 1)).toBe(true);
      expect(await monitorStates.read(name)).toEqual({ state: '{"a":3}', version: 2 });
    });
  });
}
