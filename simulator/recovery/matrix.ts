/**
 * The matrix: each fault × each step of the booking × its first try only, or all tries of a run. The real monitor has to say of each
 * fault what it is, the real recovery to do what the policy says, and what is left has to be true for a model that knows of neither.
 */
import { createMemorySagaControl } from '../../adapters/memory';
import { outcomeOf, violationsOf } from '../saga/model';
import type { Order } from '../saga/workload';
import { readDiagnoses } from './diagnoses';
import { NAMES } from './payloads';
import { KIND_OF, type Place, type StruckWith } from './strikes';
import { WatchedBooking } from './watched';
import type { WatchedOptions } from './watched-types';

export const FORWARD = ['inventory', 'reserve', 'approval', 'confirm', 'payment', 'ticket'] as const;
export const BACK = ['void', 'refund', 'cancel', 'release'] as const;
export const STEPS = [...FORWARD, ...BACK, 'settle'] as const;
export type StepName = (typeof STEPS)[number];

/** `first`: the first try fails. `last`: every try of the first run does; of a fault of the code: every one of that version. */
export const TRIES = ['first', 'last'] as const;

export interface Cell {
  readonly fault: StruckWith;
  readonly step: StepName;
  readonly tries: (typeof TRIES)[number];
}

export interface CellRun {
  readonly injected: number;
  readonly diagnosed: number;
  readonly orders: number;
  readonly done: number;
  readonly compensated: number;
  readonly recoveryRuns: number;
  readonly reconcilerRuns: number;
  readonly rollbacks: number;
  readonly actions: number;
  /** What is not as it has to be; empty where all is. */
  readonly wrong: readonly string[];
}

const ORDERS = 3;
const MOST_ACTIONS = 3;
const BROKEN_VERSION = '2';

/** `seed` chooses the place of the fault, the log's format and all delays. */
export async function runCell(cell: Cell, seed: number, more: Partial<WatchedOptions> = {}): Promise<CellRun> {
  const { fault, step, tries } = cell;
  const place = placeOf(cell, seed);
  const isBack = (BACK as readonly string[]).includes(step);
  const watched = new WatchedBooking({
    seed,
    rate: 0,
    format: seed % 2 === 0 ? 'text' : 'json',
    strike: ({ retry }, request, version) => {
      if (request.step !== step) return undefined;
      const isDue = tries === 'first' ? retry === 0 : fault !== 'TypeError' || version === BROKEN_VERSION;
      const isOfFirstRun = request.saga.run === 1 || (fault === 'TypeError' && tries === 'last');
      // What its first try has written a later one finds, and writes nothing.
      return isDue && isOfFirstRun ? { fault, place: retry === 0 ? place : 'first call' } : undefined;
    },
    answered: ({ step: of, saga }, result, { parts: { world } }) => {
      const isCancelled = isBack && of === 'payment' && result.ok && !saga.instance.endsWith('-0');
      const control = createMemorySagaControl({ world });
      if (isCancelled) void control.setCancelled(saga.application, saga.instance, true, 'by hand');
    },
    ...more,
  });
  const orders = ordersOf(step);
  await watched.serve(orders);
  return judge(cell, place, watched, orders);
}

/** The first order's card is declined where a step back is tried; the others are cancelled after their payment. */
export function ordersOf(step: StepName): Order[] {
  return Array.from({ length: ORDERS }, (_, number): Order => {
    const isBack = (BACK as readonly string[]).includes(step);
    const isDeclined = number === 0 && (isBack || step === 'settle');
    return {
      number,
      show: 'circus',
      seat: number + 1,
      card: isDeclined ? 'tok_declined' : 'tok_fine',
      atMs: 40 * number,
      approver: 'approves',
      approvesAfterMs: 1_000,
      // The model asks whether somebody cancelled it; when that is, the run says.
      ...(isBack && !isDeclined ? { cancelAtMs: 3_600_000 } : {}),
      recovery: 'takes back',
    };
  });
}

function placeOf({ step, fault }: Cell, seed: number): Place {
  if (fault === 'lost write') return 'before its write';
  const places: Place[] = ['first call', 'before its write', 'after its write'];
  if (step === 'payment' || step === 'refund') places.push('after outside');
  return places[Math.floor(seed / 2) % places.length] as Place;
}

function judge(cell: Cell, place: Place, watched: WatchedBooking, orders: readonly Order[]): CellRun {
  const { platform, injections, begun } = watched;
  const kinds = orders.map((order) => outcomeOf(platform, order)?.kind);
  const rollbacks = begun.filter(({ action }) => action.kind === 'roll-back').length;
  const later = platform.machines.started.size - orders.length;
  const found = readDiagnoses(watched.allIncidents(), injections);
  return {
    injected: injections.length,
    diagnosed: found.right,
    orders: orders.length,
    done: kinds.filter((kind) => kind === 'DONE').length,
    compensated: kinds.filter((kind) => kind === 'COMPENSATED').length,
    recoveryRuns: watched.recoveryRuns,
    reconcilerRuns: later - watched.recoveryRuns,
    rollbacks,
    actions: begun.length,
    wrong: [
      ...violationsOf(platform, orders).map(({ kind, what }) => `${kind}: ${what}`),
      ...found.wrong,
      ...wrongOutcomes(cell, place, watched, orders),
      ...wrongRecovery(cell, place, watched, later),
      ...(injections.length < orders.length ? [`only ${injections.length} faults came up`] : []),
    ],
  };
}

/** What each order has to end as, whatever else the model allows. */
function wrongOutcomes(
  { fault, step, tries }: Cell,
  place: Place,
  { platform }: WatchedBooking,
  orders: readonly Order[],
): string[] {
  const isForward = (FORWARD as readonly string[]).includes(step);
  // Once its commit is made the booking stands, whatever its function says.
  const isTakenBack = isForward && tries === 'last' && !(step === 'ticket' && place === 'after its write');
  return orders.flatMap((order) => {
    const kind = outcomeOf(platform, order)?.kind;
    const isDueBack = order.cancelAtMs !== undefined || order.card !== 'tok_fine';
    const expected = isDueBack || isTakenBack ? 'COMPENSATED' : 'DONE';
    // Where the version is taken back in time, the last tries succeed.
    const mayBeSaved = isTakenBack && fault === 'TypeError' && kind === 'DONE';
    return kind === expected || mayBeSaved ? [] : [`order ${order.number} ended ${kind}, not ${expected}`];
  });
}

/** Too little, too much, or the wrong thing done. */
function wrongRecovery({ fault, step, tries }: Cell, place: Place, watched: WatchedBooking, later: number): string[] {
  const { begun, endings, fleet } = watched;
  const wrong: string[] = [];
  const isForward = (FORWARD as readonly string[]).includes(step);
  const failed = endings.filter(({ status }) => status !== 'SUCCEEDED').length;
  const isRolledBack = fault === 'TypeError' && tries === 'last';
  const moves = begun.filter(({ action }) => action.kind === 'roll-back').length;
  if (moves !== (isRolledBack ? 1 : 0) || fleet.moves !== moves)
    wrong.push(`${fleet.moves} rollbacks of ${moves} begun`);
  const name = step === 'settle' ? NAMES.settleFunction : NAMES.stepFunction('booking', step);
  if (isRolledBack && fleet.live(name) !== '1') wrong.push(`version ${fleet.live(name)} of ${name} is live`);
  // An outcome that was written before its function failed needs no run.
  const isWritten = step === 'settle' && place === 'after its write';
  const isRunAgain = !isForward && tries === 'last' && !isWritten;
  if (later !== (isWritten ? 0 : failed)) wrong.push(`${later} later runs after ${failed} failed ones`);
  if (isRunAgain && !isRolledBack && failed !== ORDERS) wrong.push(`${failed} runs failed, not ${ORDERS}`);
  if ((isForward || tries === 'first') && failed > 0) wrong.push(`${failed} runs failed`);
  const others = begun.filter(({ action }) => action.kind !== 'roll-back' && action.kind !== 'rerun');
  for (const { action } of others) wrong.push(`${action.kind} was begun`);
  const mostOfOne = Math.max(0, ...begun.map(({ action }) => action.number));
  if (mostOfOne > MOST_ACTIONS) wrong.push(`${mostOfOne} actions for one incident`);
  return wrong;
}

export const cells = (): Cell[] =>
  (Object.keys(KIND_OF) as StruckWith[]).flatMap((fault) =>
    STEPS.flatMap((step) => TRIES.map((tries) => ({ fault, step, tries }))),
  );
