/** The concurrency that all functions share, and the lanes that wait for it. */
import { LAMBDA_FACTS } from './facts';
import type { Lane } from './lane';
import type { PlatformSetting } from './setting';
import { TokenBucket } from './token-bucket';

export class AccountConcurrency {
  onDemandBusy = 0;
  /** Provisioned environments count whether they run or not. */
  provisionedHeld = 0;
  readonly requests: TokenBucket;
  private readonly limit: number;
  private readonly waiting: Lane[] = [];
  private turn = 0;

  constructor(private readonly setting: PlatformSetting) {
    const { concurrencyLimit, reservedElsewhere } = setting.account;
    this.limit = concurrencyLimit - reservedElsewhere;
    const perSecond = LAMBDA_FACTS.requestsPerConcurrency * concurrencyLimit;
    this.requests = new TokenBucket(perSecond, perSecond);
  }

  get isFull(): boolean {
    return this.onDemandBusy + this.provisionedHeld >= this.limit;
  }

  get lanesWaiting(): number {
    return this.waiting.length;
  }

  block(lane: Lane): void {
    if (lane.blocked) return;
    lane.blocked = true;
    this.waiting.push(lane);
  }

  unblock(lane: Lane): void {
    if (!lane.blocked) return;
    lane.blocked = false;
    this.waiting.splice(this.waiting.indexOf(lane), 1);
  }

  /** Whose turn it is, by the policy or one after the other; only where some wait. */
  next(now: number): Lane {
    const { waiting } = this;
    const index = this.setting.policy?.choose?.(waiting, now) ?? this.turn++ % waiting.length;
    const lane = waiting[index];
    if (lane === undefined) throw new RangeError(`the policy chose lane ${index} of ${waiting.length} that wait`);
    return lane;
  }
}
