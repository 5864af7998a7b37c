/** What the monitor counts, and what nobody may make it count; and that nothing is said to be done that is not there. */
import { createMemoryLog, createMemoryPorts, createMemoryWorld } from '../../adapters/memory';
import type { Finding, Incident } from '../../core/contracts/incident';
import type { Incidents } from '../../core/ports';
import { createMonitor, type MonitorSettings, partOf } from '../../lambdas/monitoring/monitor/core';
import { EPOCH_MS, SAGA } from '../saga/events';
import { runCell } from './matrix';
import { loggedError, NAMES } from './payloads';
import { runReaders } from './readers';
import type { Check } from './safeguards';
import { WatchedBooking } from './watched';

const TICKET = NAMES.stepFunction(SAGA, 'ticket');
/** Seeds for the one check that needs luck. */
const MOST_SEEDS = 20;

export const trustOfMonitor: Readonly<Record<string, Check>> = {
  'a finding that is told twice counts once': async (isGone) => {
    const forgetful = (real: Incidents): Incidents => ({
      ...real,
      put: (next, read) => real.put({ ...next, findingIds: [] }, read),
    });
    // Two monitors that know nothing of each other, and each delivery twice: three faults are three.
    const noMemory = { read: async () => ({ state: undefined, version: 0 }), put: async () => true };
    const doubles = { monitorStates: () => noMemory, ...(isGone ? { incidents: forgetful } : {}) };
    const cell = { fault: 'TypeError', step: 'ticket', tries: 'first' } as const;
    const { rollbacks } = await runCell(cell, 2, { trouble: 'doubled', doubles });
    return rollbacks > 0 ? 'three faults, each told four times, were enough for a rollback' : undefined;
  },
  'a suspicion moves nothing': (isGone) => unsure(isGone, { standing: 'suspicion' }),
  'a guess moves nothing': (isGone) => unsure(isGone, { confidence: 'low' }),
  "recovery's own log is not read": (isGone) => {
    const functionName = NAMES.platformFunction('recovery');
    return logged(functionName, 'TypeError', isGone ? { deaf: [NAMES.platformFunction('monitor')] } : {});
  },
  'the canary is counted apart': (isGone) =>
    logged(NAMES.platformFunction('canary'), 'CanaryError', isGone ? { canary: 'none' } : {}),
  'a write is looked at after it was made': async (isGone) => {
    for (let seed = 1; seed <= (isGone ? MOST_SEEDS : 1); seed++) {
      const { wrong, halfActs } = await runReaders(seed, isGone);
      const [found] = isGone ? halfActs : wrong;
      if (found !== undefined) return `seed ${seed}: ${found}`;
    }
    return undefined;
  },
};

/** Five of these within a moment, of a young version: enough for a rollback, were they sure. */
async function unsure(isGone: boolean, how: Pick<Finding, 'standing'> | Pick<Finding, 'confidence'>) {
  const sure = (next: Incident): Incident => ({
    ...next,
    state: 'open',
    recentAtMs: Array.from({ length: next.findings + next.suspicions }, () => next.lastSeenAtMs),
    dueAtMs: next.lastSeenAtMs,
  });
  const credulous = (real: Incidents): Incidents => ({
    ...real,
    put: (next, read) => real.put(next.spent === 0 && next.action === undefined ? sure(next) : next, read),
  });
  const doubles = isGone ? { incidents: credulous } : {};
  const watched = new WatchedBooking({ seed: 1, rate: 0, format: 'json', doubles });
  const subject = { on: 'function', functionName: TICKET, version: '2', part: 'step' } as const;
  const finding = { source: 'log', standing: 'diagnosis', confidence: 'high', kind: 'code', words: 'so' } as const;
  const claim = async () => {
    for (let number = 0; number < 5; number++)
      await watched.note({ ...finding, id: `claim ${number}`, subject, atMs: watched.now(), ...how });
  };
  // Just before recovery's own round, which would find it due.
  watched.platform.stage.clock.after(55_000, () => void claim());
  watched.platform.stage.clock.after(200_000, () => watched.rest());
  await watched.serve([]);
  const { begun } = watched;
  return begun.length > 0 ? `${begun[0]?.action.kind} was begun for what nobody is sure of` : undefined;
}

/** One error in this function's log must make no incident. */
async function logged(
  functionName: string,
  name: string,
  double: Partial<MonitorSettings>,
): Promise<string | undefined> {
  const world = createMemoryWorld({ nowMs: EPOCH_MS });
  const { monitorStates, incidents, executions } = createMemoryPorts({ world });
  const ports = { states: monitorStates, incidents, executions, log: createMemoryLog(), wake: async () => {} };
  const settings: MonitorSettings = {
    prefix: `${NAMES.prefix}-`,
    deaf: [NAMES.platformFunction('monitor'), NAMES.platformFunction('recovery')],
    canary: NAMES.platformFunction('canary'),
    partOf: (each) => partOf(NAMES, [SAGA], each),
    ...double,
  };
  await createMonitor(ports, settings, { now: () => EPOCH_MS })(loggedError(functionName, name, EPOCH_MS));
  const count = Object.keys(world.state.incidents).length;
  return count > 0 ? `${count} incidents of ${functionName}` : undefined;
}
