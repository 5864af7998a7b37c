/** How much recovery may do: budget, bucket, cap, its own breaker, the switch. */
import { DEFAULT_RECOVERY, type RecoverySettings } from '../../core/policies/recovery/settings';
import type { Incidents } from '../../core/ports';
import { Lab, sagaSubject } from './lab';
import type { Check } from './safeguards';

const NO_LIMIT = 1_000;
const manyOpen = (lab: Lab, count: number): string[] =>
  Array.from({ length: count }, (_, index) => lab.open(sagaSubject(`o-${index}`)));
const changed = (isGone: boolean, double: Partial<RecoverySettings>): RecoverySettings =>
  isGone ? { ...DEFAULT_RECOVERY, ...double } : DEFAULT_RECOVERY;
const above = (found: number, most: number, what: string): string | undefined =>
  found > most ? `${found} ${what}, at most ${most}` : undefined;

export const boundsOfRecovery: Readonly<Record<string, Check>> = {
  'budget of an incident': async (isGone) => {
    // A row that never ends: then the budget alone says stop.
    const ladder = Array.from({ length: 20 }, () => 'rerun' as const);
    const rows = DEFAULT_RECOVERY.rows.map((row) => ({ ...row, ladder, waitsMs: ladder.map(() => 1_000) }));
    const lab = new Lab({ settings: { ...DEFAULT_RECOVERY, rows, ...(isGone ? { budget: NO_LIMIT } : {}) } });
    lab.open(sagaSubject('o-1'));
    await lab.run(900_000);
    return above(lab.begun.length, DEFAULT_RECOVERY.budget, 'actions for one incident');
  },
  'token bucket': async (isGone) => {
    const lab = new Lab({ settings: changed(isGone, { bucket: NO_LIMIT }) });
    manyOpen(lab, 30);
    await lab.run(10_000);
    return above(lab.most(1_000), DEFAULT_RECOVERY.bucket, 'actions at once');
  },
  'cap within five minutes': async (isGone) => {
    const lab = new Lab({ settings: changed(isGone, { cap: NO_LIMIT }) });
    manyOpen(lab, 100);
    await lab.run(600_000);
    return above(lab.most(DEFAULT_RECOVERY.windowMs), DEFAULT_RECOVERY.cap, 'actions within five minutes');
  },
  'limits and action in one transaction': async (isGone) => {
    const careless = (real: Incidents): Incidents => ({
      ...real,
      begin: async (next, read, limits) => {
        for (;;) {
          const answer = await real.begin(next, read, { ...limits, version: (await real.limits()).version });
          if (answer !== 'conflict') return answer;
        }
      },
    });
    const lab = new Lab(isGone ? { incidents: careless } : {});
    await Promise.all(manyOpen(lab, 12).map((id) => lab.recover(id)));
    return above(lab.most(1_000), DEFAULT_RECOVERY.bucket, 'actions at once by twelve recoveries');
  },
  'breaker for its own failures': async (isGone) => {
    const failing = () => Promise.resolve({ status: 'failed' as const, words: 'no' });
    const lab = new Lab({ settings: changed(isGone, { mostFailures: NO_LIMIT }), perform: failing });
    manyOpen(lab, 30);
    await lab.run(120_000);
    return above(lab.begun.length, DEFAULT_RECOVERY.mostFailures, 'actions, each of which failed');
  },
  switch: async (isGone) => {
    const deafToIt = (real: Incidents): Incidents => ({
      ...real,
      mode: () => Promise.resolve('on'),
      begin: async (next, read, limits) => {
        await real.setMode('on');
        const answer = await real.begin(next, read, limits);
        await real.setMode('off');
        return answer;
      },
    });
    const lab = new Lab(isGone ? { incidents: deafToIt } : {});
    manyOpen(lab, 5);
    await lab.real.setMode('off');
    await lab.run(60_000);
    return above(lab.begun.length, 0, 'actions with the switch off');
  },
  'switch in the transaction': async (isGone) => {
    // It is turned off after recovery has looked at it and before the action begins.
    const turned = (real: Incidents): Incidents => ({
      ...real,
      mode: async () => {
        const mode = await real.mode();
        await real.setMode('off');
        return mode;
      },
      begin: async (next, read, limits) => {
        if (!isGone) return real.begin(next, read, limits);
        await real.setMode('on');
        const answer = await real.begin(next, read, limits);
        await real.setMode('off');
        return answer;
      },
    });
    const lab = new Lab({ incidents: turned });
    await lab.recover(lab.open(sagaSubject('o-1')));
    return above(lab.begun.length, 0, 'actions after the switch was off');
  },
  'switch asked again before a repeat': async (isGone) => {
    const waits = () => Promise.resolve({ status: 'waits' as const, words: 'not yet' });
    const deafToIt = (real: Incidents): Incidents => ({ ...real, mode: () => Promise.resolve('on') });
    const lab = new Lab({ perform: waits, ...(isGone ? { incidents: deafToIt } : {}) });
    const id = lab.open(sagaSubject('o-1'));
    await lab.recover(id);
    await lab.real.setMode('off');
    const offAtMs = lab.nowMs;
    lab.nowMs += 1;
    await lab.run(120_000);
    return above(lab.performed.filter(({ atMs }) => atMs > offAtMs).length, 0, 'actions done with the switch off');
  },
};
