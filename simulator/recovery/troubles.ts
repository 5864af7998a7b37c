/** The booking under faults everywhere, and the monitor in trouble too: what it does not find, the reconciler has to, and nobody twice. */
import { nameOfRun } from '../../core/sagas/execution-name';
import { violationsOf } from '../saga/model';
import { drawOrders } from '../saga/workload';
import { WatchedBooking } from './watched';
import type { Trouble } from './watched-types';

export interface TroubleRun {
  readonly orders: number;
  readonly faults: number;
  /** Executions that ended without an outcome. */
  readonly failed: number;
  /** Of these: run again, or their event has its outcome. */
  readonly mended: number;
  readonly byRecovery: number;
  readonly byReconciler: number;
  /** Later runs of what needed none, or of what was still running. */
  readonly doubled: number;
  /** Deliveries to the monitor that were lost, or that it failed on. */
  readonly unheard: number;
  readonly redrives: number;
  readonly wrong: readonly string[];
}

const RATE = 0.15;

export async function runTrouble(trouble: Trouble, seed: number, count = 20): Promise<TroubleRun> {
  // Recovery may take any of them back.
  const orders = drawOrders(seed, count).map((order) => ({ ...order, recovery: 'takes back' as const }));
  const watched = new WatchedBooking({ seed, rate: RATE, format: seed % 2 === 0 ? 'text' : 'json', trouble });
  await watched.serve(orders);
  const { platform, endings } = watched;
  const { started } = platform.machines;
  const { records } = platform.parts.world.state;
  const failed = endings.filter(({ status }) => status === 'FAILED' || status === 'TIMED_OUT');
  const mended = failed.filter(
    ({ name, run, event }) => started.has(nameOfRun(name, run + 1)) || records[event]?.outcome !== undefined,
  );
  const later = [...started].filter(([, { input }]) => input.run > 1);
  const needless = later.filter(([name, { input, startedAtMs }]) => {
    const before = endings.find((each) => each.name === nameOfRun(name, input.run - 1));
    return before === undefined || before.status === 'SUCCEEDED' || before.atMs > startedAtMs;
  });
  return {
    orders: orders.length,
    faults: platform.parts.faults.total(),
    failed: failed.length,
    mended: mended.length,
    byRecovery: watched.recoveryRuns,
    byReconciler: platform.reruns - watched.recoveryRuns,
    doubled: needless.length,
    unheard: watched.lostDeliveries + watched.failedDeliveries,
    redrives: platform.redrives,
    wrong: [
      ...violationsOf(platform, orders).map(({ kind, what }) => `${kind}: ${what}`),
      ...failed.filter((each) => !mended.includes(each)).map(({ name }) => `${name} failed, and nobody found it`),
      ...needless.map(([name]) => `${name} was begun, and nobody needed it`),
    ],
  };
}

export interface HealthyRun {
  readonly orders: number;
  readonly canaries: number;
  readonly incidents: number;
  readonly actions: number;
  readonly laterRuns: number;
  readonly wrong: readonly string[];
}

/** Nothing goes wrong, and people do what they do: decline, refuse, cancel, say nothing. */
export async function runHealthy(seed: number, count = 20): Promise<HealthyRun> {
  const orders = drawOrders(seed, count).map(({ doubt: _doubt, pause: _pause, ...order }) => order);
  const watched = new WatchedBooking({ seed, rate: 0, format: seed % 2 === 0 ? 'text' : 'json', canary: true });
  await watched.serve(orders);
  const { platform } = watched;
  const incidents = watched.allIncidents();
  const wrong = violationsOf(platform, orders).map(({ kind, what }) => `${kind}: ${what}`);
  for (const { subject } of incidents) wrong.push(`an incident of ${JSON.stringify(subject)}`);
  if (watched.begun.length > 0) wrong.push(`${watched.begun.length} actions were begun`);
  if (watched.canaries === 0) wrong.push('the canary was not heard');
  return {
    orders: orders.length,
    canaries: watched.canaries,
    incidents: incidents.length,
    actions: watched.begun.length,
    laterRuns: platform.reruns,
    wrong,
  };
}
