/** The concurrency that functions share, what is reserved for single ones, and the lanes that wait for the shared part. */
import { LAMBDA_FACTS } from './facts';
import type { Lane } from './lane';
import type { PlatformSetting } from './setting';
import { TokenBucket } from './token-bucket';

export class AccountConcurrency {
  private onDemandBusy = 0;
  /** Provisioned environments count whether they run or not. */
  private provisionedHeld = 0;
  readonly requests: TokenBucket;
  private readonly limit: number;
  private readonly waiting: Lane[] = [];
  private turn = 0;

  constructor(setting: PlatformSetting) {
    const { concurrencyLimit, reservedElsewhere } = setting.account;
    const reserved = setting.lanes.reduce((sum, lane) => sum + (lane.reserved ?? 0), 0);
    this.limit = concurrencyLimit - reservedElsewhere - reserved;
    if (reserved > 0 && this.limit < LAMBDA_FACTS.unreservedLeast)
      throw new RangeError(`${this.limit} stay unreserved: Lambda refuses less than ${LAMBDA_FACTS.unreservedLeast}`);
    const perSecond = LAMBDA_FACTS.requestsPerConcurrency * concurrencyLimit;
    this.requests = new TokenBucket(perSecond, perSecond);
  }

  get isFull(): boolean {
    return this.onDemandBusy + this.provisionedHeld >= this.limit;
  }

  /** Whether the lane may run no more on demand just now. */
  isFullFor({ setting: { reserved }, invocations, provisionedBusy, provisionedRequested }: Lane): boolean {
    return reserved === undefined ? this.isFull : invocations - provisionedBusy + provisionedRequested >= reserved;
  }

  /** A run on demand has begun (1) or ended (-1). */
  count({ setting }: Lane, change: 1 | -1): void {
    if (setting.reserved === undefined) this.onDemandBusy += change;
  }

  /** Whether Lambda takes a request of so many provisioned environments: it keeps some unreserved, or they fit into what is reserved. */
  mayHold({ setting: { reserved }, provisionedRequested }: Lane, environments: number): boolean {
    if (reserved !== undefined) return environments <= reserved;
    const others = this.provisionedHeld - provisionedRequested;
    return environments + others <= this.limit - LAMBDA_FACTS.unreservedLeast;
  }

  /** From now on the lane holds so many provisioned, whether they are there yet or not. */
  hold(lane: Lane, environments: number): void {
    if (lane.setting.reserved === undefined) this.provisionedHeld += environments - lane.provisionedRequested;
    lane.provisionedRequested = environments;
  }

  get lanesWaiting(): number {
    return this.waiting.length;
  }

  /** What is reserved becomes free only by the lane's own runs, which look for more when they end. */
  block(lane: Lane): void {
    if (lane.blocked || lane.setting.reserved !== undefined) return;
    lane.blocked = true;
    this.waiting.push(lane);
  }

  unblock(lane: Lane): void {
    if (!lane.blocked) return;
    lane.blocked = false;
    this.waiting.splice(this.waiting.indexOf(lane), 1);
  }

  /** Whose turn it is, one after the other; only where some wait. */
  next(): Lane {
    const { waiting } = this;
    const lane = waiting[this.turn++ % waiting.length];
    if (lane === undefined) throw new RangeError('no lane waits for concurrency');
    return lane;
  }
}
