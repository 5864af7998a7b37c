/** Recovery wired to the simulated ledger, state machine, functions and books, as its handler wires it to AWS. */
import { createMemoryPorts } from '../../adapters/memory';
import { booking } from '../../applications/booking';
import { agreements } from '../../applications/booking/agreements';
import type { Deployment } from '../../core/ports';
import { outlineOf } from '../../core/sagas/outline';
import { perform } from '../../lambdas/monitoring/recovery/actions';
import { lookAt } from '../../lambdas/monitoring/recovery/facts';
import type { RecoveryPorts } from '../../lambdas/monitoring/recovery/sweep';
import { EPOCH_MS } from '../saga/events';
import { createProvider } from '../saga/provider';
import type { WatchedBooking } from './watched';

const ASK_AFTER_MS = 100_000;
const ACTION_SETTINGS = {
  sagaAskAfterMs: ASK_AFTER_MS,
  splitTimeoutSeconds: {},
  redrive: { lanes: [], handOffBoundMs: 60_000 },
};
const HONEST = { freshKeys: false, knowsNothing: false, leavesOpen: false };

/** Of every function in the beginning: a version that has been live for five minutes, and one before it. */
export const FIRST_DEPLOYMENT: Deployment = {
  live: '2',
  weights: {},
  revision: 'r0',
  versions: [
    { version: '1', publishedAtMs: EPOCH_MS - 86_400_000 },
    { version: '2', publishedAtMs: EPOCH_MS - 300_000 },
  ],
};

type Recovered = Pick<
  WatchedBooking,
  'platform' | 'fleet' | 'incidents' | 'now' | 'begun' | 'performedAtMs' | 'recoveryRuns'
>;

export function recoveryPorts(of: Recovered): RecoveryPorts {
  const { platform, incidents } = of;
  const { world } = platform.parts;
  const memory = createMemoryPorts({ world });
  const executions = platform.machines.port(world);
  const outside = {
    ...memory,
    executions: {
      ...executions,
      start: async (saga: string, name: string, input: unknown) => {
        const answer = await executions.start(saga, name, input);
        if (answer === 'started') {
          platform.reruns += 1;
          of.recoveryRuns += 1;
        }
        return answer;
      },
    },
    deployments: of.fleet,
    lanes: { set: () => Promise.resolve(true) },
    // As a synth gives it to recovery: no step.
    sagas: [{ ...outlineOf(booking), agreements: agreements.booking }],
    ledgers: () => ({ payments: createProvider(platform.books, world, of.now, HONEST) }),
  };
  return {
    incidents: {
      ...incidents,
      begin: async (next, read, limits) => {
        const answer = await incidents.begin(next, read, limits);
        if (answer === 'begun' && next.action !== undefined)
          of.begun.push({ incident: next.id, action: next.action, atMs: of.now() });
        return answer;
      },
    },
    look: (incident) => lookAt({ ...outside, incidents }, incident, of.now()),
    perform: (incident, action) => {
      of.performedAtMs.push(of.now());
      return perform(outside, ACTION_SETTINGS, incident, action, of.now());
    },
    log: memory.log,
  };
}
