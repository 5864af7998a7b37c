/** What becomes of one record: how long it takes, whether it fails, and what follows. All its luck is drawn by its own number. */
import { type Calendar, type KeyedUniforms, keyedUniform } from '../engine';
import { DEAD, DONE, type EventStore, EXPIRED } from './event-store';
import { ENDS_WELL, INTERRUPTED, TIMES_OUT, VISIBLE } from './kinds';
import type { Lane } from './lane';
import { PURPOSE, RECEIVES } from './purposes';
import type { PlatformSetting } from './setting';

export class Records {
  constructor(
    private readonly setting: PlatformSetting,
    private readonly events: EventStore,
    private readonly calendar: Calendar,
    private readonly keyed: KeyedUniforms,
  ) {}

  /** Counts the receive and says how long the record's work takes; what has expired is not worked on. */
  begin(lane: Lane, event: number, cold: boolean, now: number): number {
    const { events } = this;
    events.receives[event] = (events.receives[event] as number) + 1;
    if (cold) events.cold[event] = 1;
    if (this.isExpired(lane, event, now)) return 0;
    // A chain that began split ends split.
    const parts = (events.isSplit[event] as number) === 1 ? lane.setting.hops : 1;
    return lane.setting.record.sample(this.keyed.at(PURPOSE.record, this.luckOf(event))) / parts;
  }

  /** The number that a receive's luck is drawn by: the event, how often it was received, how far its chain is. */
  luckOf(event: number): number {
    const receives = (this.events.receives[event] as number) & 15;
    const hops = (this.events.hopsLeft[event] as number) & 15;
    return (this.events.identity[event] as number) * RECEIVES + receives * 16 + hops;
  }

  /** By how much the answer to the invocation is late. */
  delay(first: number): number {
    const { faults, seed } = this.setting;
    if (faults === undefined || faults.delayedShare === 0) return 0;
    return keyedUniform(seed, PURPOSE.delayed, this.luckOf(first)) < faults.delayedShare ? faults.delayedSeconds : 0;
  }

  /** How an invocation ends that would take so long. */
  fateOf(first: number, seconds: number, timeoutSeconds: number): number {
    const { faults, seed } = this.setting;
    const interrupted =
      faults !== undefined &&
      faults.interruptedShare > 0 &&
      keyedUniform(seed, PURPOSE.interrupted, this.luckOf(first)) < faults.interruptedShare;
    if (interrupted) return INTERRUPTED;
    return seconds > timeoutSeconds ? TIMES_OUT : ENDS_WELL;
  }

  end(lane: Lane, event: number, fate: number, began: number, now: number): void {
    const { events } = this;
    const { maxReceives, retrySeconds, visibilitySeconds } = lane.setting;
    if (fate === ENDS_WELL && this.isExpired(lane, event, began)) events.settle(event, EXPIRED, now);
    else if (fate === ENDS_WELL && !this.fails(lane, event)) this.endHop(event, now);
    else if ((events.receives[event] as number) >= maxReceives) events.settle(event, DEAD, now);
    else {
      // A record that was reported comes back after its wait, one that was not when its visibility ends.
      const visibleAt = fate === ENDS_WELL ? now + retrySeconds : Math.max(now, began + visibilitySeconds);
      this.calendar.push(visibleAt, VISIBLE, event);
    }
  }

  private isExpired(lane: Lane, event: number, now: number): boolean {
    return now > (this.events.arrivedAt[event] as number) + lane.setting.deadlineSeconds;
  }

  private fails(lane: Lane, event: number): boolean {
    const { failureShare } = lane.setting;
    return failureShare > 0 && keyedUniform(this.setting.seed, PURPOSE.failure, this.luckOf(event)) < failureShare;
  }

  private endHop(event: number, now: number): void {
    const { events } = this;
    const left = (events.hopsLeft[event] as number) - 1;
    if (left <= 0) {
      events.settle(event, DONE, now);
      return;
    }
    events.hopsLeft[event] = left;
    // A continuation is a message of its own.
    events.receives[event] = 0;
    this.calendar.push(now, VISIBLE, event);
  }
}
