/**
 * Writes are lost in silence while others read: a dispatcher that goes by the stored results, and an accountant that goes by the outcome.
 * Whoever acts must find a whole order: its ticket, its seat, its money.
 */
import { createMemoryRecords, createMemoryStateStore } from '../../adapters/memory';
import { seatKey } from '../../applications/booking';
import { DIRECTION, type StepRecord } from '../../core/contracts/saga';
import { stateKeyText } from '../../core/contracts/state';
import { Xoshiro128 } from '../engine';
import { eventOf, instanceOf, SAGA } from '../saga/events';
import { violationsOf } from '../saga/model';
import { drawOrders, type Order, SHOWS, TENANT } from '../saga/workload';
import { WatchedBooking } from './watched';

const READ_EVERY_MS = 100;
const READ_FOR_MS = 30_000;
/** Then those that have not ended are looked at so often. */
const SELDOM_MS = 5_000;
const MOST_MS = 3_600_000;
/** Between looking and acting. */
const THINKS_MS = 400;
const LOST_SHARE = 0.15;
/** Of the steps of an order, so many lose every write of the first run. */
const ALWAYS_SHARE = 0.02;
const MOST_REPAIR_MS = 120_000;

export interface ReadersRun {
  readonly orders: number;
  readonly lost: number;
  readonly reads: number;
  readonly acts: number;
  readonly halfActs: readonly string[];
  readonly slowestRepairMs: number;
  readonly wrong: readonly string[];
}

/** `isHidden`: nobody looks whether a write was kept. A double, for the proof that this is what matters. */
export async function runReaders(seed: number, isHidden = false): Promise<ReadersRun> {
  const orders = drawOrders(seed, 20).map(({ doubt: _doubt, pause: _pause, ...order }) => ({
    ...order,
    // Else an hour of waiting is most of the reads.
    approver: order.approver === 'refuses' ? order.approver : ('approves' as const),
    approvesAfterMs: order.approvesAfterMs % 20_000,
    recovery: 'takes back' as const,
  }));
  const random = new Xoshiro128(seed, 19);
  const always = new Map<string, boolean>();
  const watched = new WatchedBooking({
    seed,
    rate: 0,
    format: 'json',
    strike: (_call, { step, saga }) => {
      const id = `${saga.instance}/${step}`;
      if (!always.has(id)) always.set(id, random.next() < ALWAYS_SHARE);
      const isLost = random.next() < LOST_SHARE || (saga.run === 1 && always.get(id) === true);
      return isLost ? { fault: 'lost write', place: 'before its write', isHidden } : undefined;
    },
  });
  const readers = new Readers(watched, orders);
  readers.begin();
  await watched.serve(orders);
  const { reads, acts, halfActs, repairs } = readers;
  const slowestRepairMs = Math.max(0, ...repairs.values());
  const unrepaired = watched.injections.length - repairs.size;
  const wrong = violationsOf(watched.platform, orders).map(({ kind, what }) => `${kind}: ${what}`);
  wrong.push(...halfActs);
  if (slowestRepairMs > MOST_REPAIR_MS) wrong.push(`a write was lost for ${slowestRepairMs} ms`);
  if (unrepaired > 0) wrong.push(`${unrepaired} lost writes were never repaired`);
  const lost = watched.injections.length;
  return { orders: orders.length, lost, reads, acts, halfActs, slowestRepairMs, wrong };
}

class Readers {
  reads = 0;
  acts = 0;
  readonly halfActs: string[] = [];
  /** By lost write, how long it took. */
  readonly repairs = new Map<number, number>();

  constructor(
    private readonly watched: WatchedBooking,
    private readonly orders: readonly Order[],
  ) {}

  begin(): void {
    const { clock } = this.watched.platform.stage;
    const round = (): void => {
      this.seeRepairs();
      for (const order of this.orders) this.read(order);
      const isOver = clock.nowMs > READ_FOR_MS && this.orders.every((order) => this.hasEnded(order));
      if (!isOver && clock.nowMs < MOST_MS) clock.after(clock.nowMs > READ_FOR_MS ? SELDOM_MS : READ_EVERY_MS, round);
    };
    clock.after(READ_EVERY_MS, round);
  }

  private hasEnded(order: Order): boolean {
    const { key, generation } = eventOf(order, false, 1).envelope;
    return this.watched.platform.parts.world.state.records[`${key}#${generation}`]?.outcome !== undefined;
  }

  private read(order: Order): void {
    const { stage } = this.watched.platform;
    const fail = (error: unknown) => this.halfActs.push(`a reader failed: ${String(error)}`);
    stage.spawn(
      (own) => this.dispatch(order, () => stage.sleep(own, THINKS_MS)),
      () => {},
      fail,
    );
    stage.spawn(
      () => this.account(order),
      () => {},
      fail,
    );
  }

  /** Acts on the condition that all that was seen is still current. */
  private async dispatch(order: Order, think: () => Promise<void>): Promise<void> {
    const { world } = this.watched.platform.parts;
    const states = createMemoryStateStore({ world });
    const instance = instanceOf(order);
    const keyOf = (name: string) => ({ application: SAGA, instance, name });
    this.reads += 1;
    const seen = await Promise.all(['ticket', 'payment', 'confirm', DIRECTION].map((name) => states.read(keyOf(name))));
    const [ticket] = seen;
    if (!seen.every((each) => each?.freshness === 'current')) return;
    if ((ticket?.value as StepRecord | undefined)?.status !== 'done') return;
    await think();
    const reads = seen.flatMap((each) => (each === undefined ? [] : [{ key: each.key, version: each.version }]));
    const { status } = await states.commitIfCurrent({ reads, writes: [] }, this.watched.now());
    if (status === 'committed') this.act(order, 'the dispatcher');
  }

  private async account(order: Order): Promise<void> {
    const { world } = this.watched.platform.parts;
    this.reads += 1;
    const { key, generation } = eventOf(order, false, 1).envelope;
    const [record] = await createMemoryRecords({ world }).read([{ key, generation }]);
    if (record?.outcome?.kind === 'DONE') this.act(order, 'the accountant');
  }

  private act(order: Order, who: string): void {
    this.acts += 1;
    const { parts, books } = this.watched.platform;
    const { states } = parts.world.state;
    const instance = instanceOf(order);
    const ticket = states[stateKeyText({ application: SAGA, instance, name: 'ticket' })];
    const seat = states[stateKeyText(seatKey(TENANT, order.show, order.seat))];
    const missing = [
      (ticket?.value as StepRecord | undefined)?.status === 'done' ? [] : ['its ticket'],
      (seat?.value as { heldBy?: string } | undefined)?.heldBy === instance ? [] : ['its seat'],
      (books.taken.get(`${instance}/payment`) ?? 0) === SHOWS[order.show]?.priceCents ? [] : ['its money'],
    ].flat();
    if (missing.length > 0) this.halfActs.push(`${who} acted on order ${order.number} without ${missing.join(', ')}`);
  }

  /** Made by a later try, or not needed any more because the event has its outcome. */
  private seeRepairs(): void {
    const { records, states } = this.watched.platform.parts.world.state;
    for (const [index, { instance, step, event, atMs }] of this.watched.injections.entries()) {
      if (this.repairs.has(index)) continue;
      const name = STEP_OF_BACK[step] ?? step;
      const found = states[stateKeyText({ application: SAGA, instance, name })];
      const isThere = step !== 'settle' && found?.freshness === 'current' && found.sinceMs > atMs;
      if (isThere || records[event]?.outcome !== undefined) this.repairs.set(index, this.watched.now() - atMs);
    }
  }
}

const STEP_OF_BACK: Readonly<Record<string, string>> = {
  void: 'ticket',
  refund: 'payment',
  cancel: 'confirm',
  release: 'reserve',
};
