/** A classifier that lies: all is well, and it says of orders, functions and lanes that they are broken for good, ten times a second. */
import type { Finding, Subject } from '../../core/contracts/incident';
import { DEFAULT_RECOVERY } from '../../core/policies/recovery/settings';
import { Xoshiro128 } from '../engine';
import { eventOf, instanceOf, SAGA } from '../saga/events';
import { violationsOf } from '../saga/model';
import { drawOrders, type Order } from '../saga/workload';
import { NAMES } from './payloads';
import { WatchedBooking } from './watched';
import type { Doubles } from './watched-types';

/** Ten times a second. */
const LIE_EVERY_MS = 100;
const LIES_FOR_MS = 1_200_000;
const OFF_AT_MS = 900_000;
const STOPS_WITHIN_MS = 10_000;
const LANES = 40;
const STEPS = ['inventory', 'reserve', 'approval', 'confirm', 'payment', 'ticket', 'void', 'refund'];

export interface LiarRun {
  readonly lies: number;
  readonly actions: number;
  /** The most within any five minutes. */
  readonly mostInWindow: number;
  /** Begun or done more than ten seconds after the switch was off. */
  readonly afterOff: number;
  /** Of orders, which nothing was wrong with. */
  readonly onOrders: number;
  readonly wrong: readonly string[];
}

export interface LiarOptions {
  /** A lie each so often. */
  readonly everyMs?: number;
  readonly doubles?: Doubles;
}

export async function runLiar(
  seed: number,
  { everyMs = LIE_EVERY_MS, doubles = {} }: LiarOptions = {},
): Promise<LiarRun> {
  const orders = drawOrders(seed, 60).map(({ doubt: _doubt, pause: _pause, ...order }) => order);
  const watched = new WatchedBooking({ seed, rate: 0, format: 'text', doubles });
  const { clock } = watched.platform.stage;
  const random = new Xoshiro128(seed, 17);
  const fromMs = watched.now();
  let lies = 0;
  const lie = (): void => {
    lies += 1;
    void watched.note(lieOf(random, lies, orders, watched.now()));
    if (clock.nowMs < LIES_FOR_MS) clock.after(everyMs, lie);
  };
  clock.after(everyMs, lie);
  clock.after(OFF_AT_MS, () => void watched.incidents.setMode('off'));
  // Else what is due would be looked at for ever.
  clock.after(LIES_FOR_MS + 60_000, () => watched.rest());
  await watched.serve(orders);
  const counted = watched.begun.filter(({ action }) => action.kind !== 'close-breaker');
  const times = counted.map(({ atMs }) => atMs);
  const { windowMs, cap } = DEFAULT_RECOVERY;
  const within = (atMs: number) => times.filter((each) => each > atMs - windowMs && each <= atMs).length;
  const mostInWindow = Math.max(0, ...times.map(within));
  const stopMs = fromMs + OFF_AT_MS + STOPS_WITHIN_MS;
  const afterOff = [...times, ...watched.performedAtMs].filter((atMs) => atMs > stopMs).length;
  const onOrders = counted.filter(({ action }) => action.kind === 'rerun' || action.kind === 'compensate').length;
  const wrong = violationsOf(watched.platform, orders).map(({ kind, what }) => `${kind}: ${what}`);
  if (mostInWindow > cap) wrong.push(`${mostInWindow} actions within five minutes`);
  if (afterOff > 0) wrong.push(`${afterOff} actions after the switch was off`);
  if (onOrders > 0) wrong.push(`${onOrders} actions on orders that nothing was wrong with`);
  return { lies, actions: counted.length, mostInWindow, afterOff, onOrders, wrong };
}

function lieOf(random: Xoshiro128, number: number, orders: readonly Order[], atMs: number): Finding {
  const oneOf = <Each>(each: readonly Each[]): Each => each[Math.floor(random.next() * each.length)] as Each;
  const kind = oneOf(['permission', 'missing-resource', 'code', 'dependency'] as const);
  const subject = oneOf<() => Subject>([
    () => {
      const order = oneOf(orders);
      const event = { key: eventOf(order, false, 1).envelope.key, generation: 1 };
      return { on: 'saga', saga: SAGA, application: SAGA, instance: instanceOf(order), event };
    },
    () => {
      const functionName = NAMES.stepFunction(SAGA, oneOf(STEPS));
      return { on: 'function', functionName, version: '2', part: 'step' };
    },
    () => {
      const lane = `lane-${Math.floor(random.next() * LANES)}`;
      return { on: 'function', functionName: NAMES.runnerFunction(lane), version: '2', part: 'runner', lane };
    },
  ])();
  const sure = { source: 'log', standing: 'diagnosis', confidence: 'high' } as const;
  return { id: `lie ${number}`, ...sure, kind, subject, atMs, words: 'all is lost', errorName: 'Lie' };
}
