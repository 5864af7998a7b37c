/** One recovery at a time, nothing done that is not written, and repeats that change nothing. */
import { createMemoryPorts, createMemoryWorld } from '../../adapters/memory';
import type { BegunAction, Incident } from '../../core/contracts/incident';
import type { LedgerRecord } from '../../core/contracts/ledger';
import { noteFindings } from '../../core/policies/recovery/note';
import type { Deployment, Executions, Incidents } from '../../core/ports';
import { perform } from '../../lambdas/monitoring/recovery/actions';
import { EPOCH_MS } from '../saga/events';
import { Fleet } from './fleet';
import { Lab, sagaSubject } from './lab';
import type { Check } from './safeguards';

const ACTION_SETTINGS = {
  sagaAskAfterMs: 60_000,
  splitTimeoutSeconds: {},
  redrive: { lanes: [], handOffBoundMs: 60_000 },
};
const STEP = 'triage-sim-booking-ticket';
const versionsOf = (...versions: readonly string[]) =>
  versions.map((version) => ({ version, publishedAtMs: EPOCH_MS }));
const DEPLOYMENT: Deployment = { live: '3', weights: {}, revision: 'r0', versions: versionsOf('1', '2', '3') };

export const repeatsOfRecovery: Readonly<Record<string, Check>> = {
  lease: async (isGone) => {
    let working = 0;
    let most = 0;
    const slow = async () => {
      working += 1;
      most = Math.max(most, working);
      await new Promise(setImmediate);
      working -= 1;
      return { status: 'done' as const, words: 'done' };
    };
    const noLease = (real: Incidents): Incidents => ({
      ...real,
      read: async (id) => {
        const found = await real.read(id);
        return found && { ...found, leaseUntilMs: 0 };
      },
    });
    const lab = new Lab({ perform: slow, ...(isGone ? { incidents: noLease } : {}) });
    const id = lab.open(sagaSubject('o-1'));
    const first = lab.recover(id);
    while (working === 0) await Promise.resolve();
    await lab.recover(id);
    await first;
    return most > 1 ? `${most} recoveries work on one incident` : undefined;
  },
  'fencing token': async (isGone) => {
    const lab: Lab = new Lab({ perform: (incident, { number }) => late(incident, number) });
    const id = lab.open(sagaSubject('o-1'));
    let isSecond = false;
    const late = async (_incident: Incident, _number: number) => {
      if (isSecond) return { status: 'done' as const, words: 'the second' };
      isSecond = true;
      lab.nowMs += lab.settings.leaseMs + 1;
      await lab.recover(id, (real) => real);
      return { status: 'done' as const, words: 'the first, which was given up' };
    };
    await lab.recover(id, isGone ? unfenced : (real) => real);
    const words = lab.incident(id)?.timeline.map((entry) => entry.words) ?? [];
    return words.find((each) => each.startsWith('the first')) && 'a recovery whose lease ran out has written';
  },
  'written down before it is done': async (isGone) => {
    const forgetful = (real: Incidents): Incidents => ({ ...real, begin: () => Promise.resolve('begun') });
    let missing = 0;
    const lab: Lab = new Lab({
      perform: async ({ id }, { number }) => {
        if (lab.incident(id)?.action?.number !== number) missing += 1;
        return { status: 'done', words: 'done' };
      },
      ...(isGone ? { incidents: forgetful } : {}),
    });
    await lab.recover(lab.open(sagaSubject('o-1')));
    return missing > 0 ? 'an action was done that is written nowhere' : undefined;
  },
  'number of the run settled at the beginning': async (isGone) => {
    const world = createMemoryWorld({ nowMs: EPOCH_MS });
    const memory = createMemoryPorts({ world });
    const started: string[] = ['name-1'];
    // Whatever is started has failed by the time that anybody asks.
    const executions: Pick<Executions, 'describe' | 'start'> = {
      describe: async (saga, name) =>
        started.includes(name) ? { saga, name, status: 'FAILED', startedAtMs: EPOCH_MS, input: { run: 1 } } : undefined,
      start: async (_saga, name) => {
        if (started.includes(name)) return 'exists';
        started.push(name);
        return 'started';
      },
    };
    world.state.records['o-1#1'] = BEGUN_RECORD;
    const fleet = new Fleet(DEPLOYMENT, 'text');
    const ports = { ...memory, executions, deployments: fleet, lanes: { set: async () => true } };
    const incident = incidentOf({ subject: sagaSubject('o-1') });
    const action: BegunAction = { kind: 'rerun', number: 1, atMs: EPOCH_MS, run: isGone ? 99 : 2 };
    for (let time = 0; time < 3; time++) await perform(ports, ACTION_SETTINGS, incident, action, EPOCH_MS);
    return started.length > 2 ? `one action began ${started.length - 1} runs` : undefined;
  },
  'version of a rollback settled at the beginning': async (isGone) => {
    const fleet = new Fleet(DEPLOYMENT, 'text');
    const act = actOn(fleet);
    await act('2');
    await act(isGone ? '1' : '2');
    return fleet.live(STEP) === '2' ? undefined : `one action went back to version ${fleet.live(STEP)}`;
  },
  'alias moves only where nobody moved it': async (isGone) => {
    const fleet = new Fleet(DEPLOYMENT, 'text');
    const read = fleet.read.bind(fleet);
    // A person deploys version 4 between the look and the move.
    fleet.read = async (name) => {
      const seen = await read(name);
      const versions = versionsOf('1', '2', '3', '4');
      fleet.deployments.set(name, { ...seen, live: '4', versions, revision: isGone ? seen.revision : 'r-person' });
      return seen;
    };
    await actOn(fleet)('2');
    return fleet.live(STEP) === '4' ? undefined : "a person's deploy was taken back";
  },
};

/** As if nobody had taken it since: reads its own token, and writes over whatever is there. */
function unfenced(real: Incidents): Incidents {
  let mine: number | undefined;
  return {
    ...real,
    read: async (id) => {
      const found = await real.read(id);
      return found && mine !== undefined ? { ...found, token: mine } : found;
    },
    put: async (next) => {
      mine = next.token;
      const { version = 0, token = 0 } = (await real.read(next.id)) ?? {};
      return real.put(next, { version, token });
    },
  };
}

const BEGUN_RECORD: LedgerRecord = {
  key: 'o-1',
  generation: 1,
  attempts: 0,
  progress: {
    position: { chain: 'booking', version: 1, stage: 0, form: 'coordinated' },
    outputs: [],
    branches: {},
    coordinated: { execution: 'name-1', dueAtMs: EPOCH_MS },
  },
};

function incidentOf({ subject }: Pick<Incident, 'subject'>): Incident {
  const sure = { source: 'log', standing: 'diagnosis', confidence: 'high', kind: 'code', words: 'so' } as const;
  const incident = noteFindings(undefined, [{ ...sure, id: 'one', subject, atMs: EPOCH_MS }], EPOCH_MS);
  if (incident === undefined) throw new RangeError('an incident needs a finding');
  return incident;
}

/** Of a version without a number, so that nothing else tells a repeat. */
function actOn(fleet: Fleet): (version: string) => Promise<unknown> {
  const memory = createMemoryPorts({ world: createMemoryWorld({ nowMs: EPOCH_MS }) });
  const ports = { ...memory, deployments: fleet, lanes: { set: async () => true } };
  const incident = incidentOf({ subject: { on: 'function', functionName: STEP, version: '$LATEST', part: 'step' } });
  return (version) =>
    perform(ports, ACTION_SETTINGS, incident, { kind: 'roll-back', number: 1, atMs: EPOCH_MS, version }, EPOCH_MS);
}
