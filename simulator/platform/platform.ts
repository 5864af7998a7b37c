/**
 * The platform as discrete events: sources, ingest, queues with visibility and dead letters, mappings with their pollers, functions
 * with their environments, provisioned concurrency, the account's limits. `docs/simulator.md` says what is modelled and what is not.
 */
import { Calendar, KeyedUniforms, keyedUniform } from '../engine';
import { AccountConcurrency } from './account-concurrency';
import { applyMapping, provisionedReady } from './actuators';
import { decideAll } from './control';
import { EventStore, REFUSED, SHED_OUTCOME } from './event-store';
import {
  ARRIVAL,
  COMPLETE,
  ENDS_WELL,
  IDLE_EXPIRY,
  INTERRUPTED,
  MAPPING_CHANGED,
  MINUTE,
  PROVISIONED_READY,
  TICK,
  TIMES_OUT,
  VISIBLE,
  WINDOW,
} from './kinds';
import { Lane } from './lane';
import { ADMIT, SHED } from './policy';
import { PURPOSE, RECEIVES } from './purposes';
import { Records } from './records';
import type { PlatformSetting } from './setting';

const ROUNDING = 1e-9;

export class Platform {
  readonly calendar = new Calendar();
  readonly events: EventStore;
  readonly lanes: readonly Lane[];
  /** Calendar entries popped and acted on. */
  acted = 0;
  readonly account: AccountConcurrency;
  readonly keyed: KeyedUniforms;
  private readonly records: Records;
  private readonly nextArrival: Int32Array;

  constructor(readonly setting: PlatformSetting) {
    this.keyed = new KeyedUniforms(setting.seed);
    this.events = new EventStore(
      setting.lanes.map((lane) => lane.arrivals),
      setting.lanes.map((lane) => lane.identities),
    );
    this.records = new Records(setting, this.events, this.calendar, this.keyed);
    const measured = {
      from: setting.measureFromSeconds,
      until: setting.untilSeconds,
      keepAliveSeconds: setting.keepAliveSeconds,
    };
    this.lanes = setting.lanes.map((lane, index) => new Lane(index, lane, setting.routing, this.events, measured));
    this.account = new AccountConcurrency(setting);
    this.nextArrival = this.events.offsets.slice(0, this.lanes.length);
    for (const lane of this.lanes) {
      if (lane.setting.provisioned > 0) provisionedReady(this, lane, lane.setting.provisioned);
      this.scheduleArrival(lane.index);
    }
    if (setting.policy !== undefined) this.calendar.push(60, MINUTE, 0);
  }

  /** Runs the window and then the drain: until every event has its outcome, or the time for it is over. */
  run(): void {
    const { calendar, events, setting } = this;
    const end = setting.untilSeconds + setting.drainSeconds;
    while (calendar.peekTime() <= end) {
      if (events.settled === events.count && calendar.peekTime() > setting.untilSeconds) break;
      calendar.pop();
      this.act();
    }
    const last = Math.max(calendar.time, setting.untilSeconds);
    for (const lane of this.lanes) lane.account(last);
  }

  /** Gives the lane's messages to its function, as far as pollers, limits and environments go. */
  dispatch(lane: Lane): void {
    const now = this.calendar.time;
    while (lane.queued > 0 && lane.invocations < lane.pollerLimit && this.isBatchDue(lane, now)) {
      const environment = this.acquire(lane, now);
      if (environment < 0) {
        this.account.block(lane);
        break;
      }
      this.invoke(lane, environment, now);
    }
    if (lane.queued > 0 && !lane.ticking) this.tickLater(lane);
  }

  private act(): void {
    const { calendar } = this;
    this.acted++;
    switch (calendar.kind) {
      case ARRIVAL:
        this.arrive(this.lanes[calendar.subject] as Lane);
        break;
      case VISIBLE:
        this.becomeVisible(calendar.subject);
        break;
      case COMPLETE:
        this.complete(this.lanes[calendar.stamp] as Lane, calendar.subject);
        break;
      case TICK:
        this.tick(this.lanes[calendar.subject] as Lane);
        break;
      case IDLE_EXPIRY:
        this.expireIdle(this.lanes[calendar.subject] as Lane);
        break;
      case MINUTE:
        decideAll(this);
        break;
      default:
        this.changeLane(this.lanes[calendar.subject] as Lane);
    }
  }

  private changeLane(lane: Lane): void {
    const { kind, stamp } = this.calendar;
    if (kind === WINDOW && this.calendar.time === lane.windowDue) {
      lane.windowDue = Number.NaN;
      this.poke(lane);
    } else if (kind === PROVISIONED_READY && stamp === lane.provisionedStamp) {
      provisionedReady(this, lane, lane.provisionedRequested);
      this.poke(lane);
    } else if (kind === MAPPING_CHANGED && stamp === lane.mappingStamp) {
      applyMapping(lane);
      this.poke(lane);
    } else this.acted--;
  }

  private scheduleArrival(lane: number): void {
    const event = this.nextArrival[lane] as number;
    if (event < (this.events.offsets[lane + 1] as number))
      this.calendar.push(this.events.arrivedAt[event] as number, ARRIVAL, lane);
  }

  private arrive(lane: Lane): void {
    const now = this.calendar.time;
    const event = this.nextArrival[lane.index] as number;
    this.nextArrival[lane.index] = event + 1;
    this.scheduleArrival(lane.index);
    lane.minuteArrivals++;
    const { policy } = this.setting;
    const admission = policy?.admit === undefined ? ADMIT : policy.admit(lane, this.lanes, now);
    if (admission !== ADMIT) {
      this.events.settle(event, admission === SHED ? SHED_OUTCOME : REFUSED, now);
      return;
    }
    const split = lane.form === 'split' && lane.setting.hops > 1;
    this.events.isSplit[event] = split ? 1 : 0;
    this.events.hopsLeft[event] = split ? lane.setting.hops : 1;
    if (lane.counts(now)) lane.usage.sqsRequests++;
    const ingest = lane.setting.ingest.sample(this.keyed.at(PURPOSE.ingest, this.events.identity[event] as number));
    this.calendar.push(now + ingest, VISIBLE, event);
  }

  private becomeVisible(event: number): void {
    const lane = this.lanes[this.events.lane[event] as number] as Lane;
    lane.enqueue(event, this.calendar.time);
    if (!lane.blocked) this.dispatch(lane);
  }

  /** A batch goes when it is full or its window is over; the first look at a young one sets the alarm. */
  private isBatchDue(lane: Lane, now: number): boolean {
    if (lane.batchWindowSeconds === 0 || lane.queued >= lane.batchSize) return true;
    const due = lane.oldestSinceSeconds + lane.batchWindowSeconds;
    if (due <= now + ROUNDING) return true;
    if (lane.windowDue !== due) {
      lane.windowDue = due;
      this.calendar.push(due, WINDOW, lane.index);
    }
    return false;
  }

  /** Provisioned first, then idle on demand, then a new one; -1 if a limit forbids. */
  private acquire(lane: Lane, now: number): number {
    const luck = this.setting.routing === 'random' ? this.routingLuck(lane) : 0;
    if (lane.warm.size > 0 && lane.provisionedRate.take(now)) return lane.warm.take(luck);
    if (this.account.isFullFor(lane)) return -1;
    if (lane.idle.size === 0 && !lane.starts.has(now)) return -1;
    if (!this.account.requests.take(now)) return -1;
    const idle = lane.idle.take(luck);
    if (idle >= 0) return idle;
    lane.starts.take(now);
    lane.account(now);
    const environment = this.create(lane, false);
    // Told from a warm one by this mark until its run begins.
    lane.environmentsOf.initSeconds[environment] = -1;
    return environment;
  }

  create(lane: Lane, provisioned: boolean): number {
    const { faults, seed } = this.setting;
    const number = lane.environmentsOf.made * RECEIVES + (lane.index % RECEIVES);
    const slow = faults !== undefined && keyedUniform(seed, PURPOSE.slow, number) < faults.slowShare;
    const environment = lane.environmentsOf.create(provisioned, slow ? faults.slowFactor : 1);
    lane.environmentsOf.initSeconds[environment] = 0;
    return environment;
  }

  private routingLuck(lane: Lane): number {
    return keyedUniform(this.setting.seed, PURPOSE.routing, this.events.arrivedAt.length * lane.index + this.acted);
  }

  private invoke(lane: Lane, environment: number, now: number): void {
    const { environmentsOf, setting } = lane;
    lane.account(now);
    const provisioned = environmentsOf.provisioned[environment] === 1;
    const first = lane.dequeue();
    const slowness = environmentsOf.slowness[environment] as number;
    const pace = slowness * (setting.spread?.sample(this.keyed.at(PURPOSE.spread, this.records.luckOf(first))) ?? 1);
    const cold = (environmentsOf.initSeconds[environment] as number) < 0;
    const init = cold ? slowness * setting.init.sample(this.keyed.at(PURPOSE.init, this.records.luckOf(first))) : 0;
    let records = 0;
    let recordSeconds = 0;
    let last = -1;
    for (let event = first; ; event = lane.dequeue()) {
      recordSeconds += this.records.begin(lane, event, cold, now);
      if (last < 0) environmentsOf.batch[environment] = event;
      else this.events.next[last] = event;
      last = event;
      if (++records === lane.batchSize || lane.queued === 0) break;
    }
    this.events.next[last] = -1;
    const seconds = pace * (setting.overheadSeconds + recordSeconds) + this.records.delay(first);
    const fate = this.records.fateOf(first, seconds, setting.timeoutSeconds);
    const runs = fate === ENDS_WELL ? seconds : fate === TIMES_OUT ? setting.timeoutSeconds : seconds / 2;
    environmentsOf.fate[environment] = fate;
    environmentsOf.beganAt[environment] = now;
    environmentsOf.initSeconds[environment] = init;
    if (cold) lane.initTimes.add(init);
    lane.invocations++;
    lane.inFlight += records;
    if (provisioned) lane.provisionedBusy++;
    else this.account.count(lane, 1);
    lane.noteService(records, runs, pace * recordSeconds);
    if (lane.counts(now)) {
      lane.usage.invocations++;
      if (cold) lane.usage.coldStarts++;
      lane.usage.sqsRequests += 2 * Math.ceil(records / 10);
    }
    this.calendar.push(now + init + runs, COMPLETE, environment, lane.index);
  }

  private complete(lane: Lane, environment: number): void {
    const now = this.calendar.time;
    const { environmentsOf, usage } = lane;
    lane.account(now);
    const fate = environmentsOf.fate[environment] as number;
    for (let event = environmentsOf.batch[environment] as number; event >= 0; ) {
      const following = this.events.next[event] as number;
      lane.inFlight--;
      this.records.end(lane, event, fate, environmentsOf.beganAt[environment] as number, now);
      event = following;
    }
    lane.invocations--;
    const provisioned = environmentsOf.provisioned[environment] === 1;
    const began = environmentsOf.beganAt[environment] as number;
    if (lane.counts(began)) {
      const billed = Math.ceil((now - began) * 1000 - ROUNDING) / 1000;
      if (provisioned) usage.provisionedBilledSeconds += billed;
      else usage.onDemandBilledSeconds += billed;
    }
    if (provisioned) lane.provisionedBusy--;
    else this.account.count(lane, -1);
    this.giveBack(lane, environment, fate, provisioned, now);
    // A provisioned environment serves no other lane, and what is reserved for this one neither.
    if (provisioned || lane.setting.reserved !== undefined || this.account.lanesWaiting === 0) this.poke(lane);
    else {
      // It may not simply keep what it had: others wait for the same concurrency.
      if (lane.queued > 0) this.account.block(lane);
      this.relieve();
    }
  }

  private giveBack(lane: Lane, environment: number, fate: number, provisioned: boolean, now: number): void {
    const { environmentsOf } = lane;
    const excess = provisioned && lane.provisionedBusy + lane.warm.size + 1 > lane.provisionedAllocated;
    if (excess || fate === INTERRUPTED) {
      environmentsOf.destroy(environment);
      // Lambda replaces a lost provisioned environment by itself.
      if (provisioned && !excess) lane.warm.add(this.create(lane, true), now);
      return;
    }
    environmentsOf.initSeconds[environment] = 0;
    if (provisioned) lane.warm.add(environment, now);
    else {
      lane.idle.add(environment, now);
      if (!lane.watchingIdle) {
        lane.watchingIdle = true;
        this.calendar.push(now + lane.keepAliveSeconds, IDLE_EXPIRY, lane.index);
      }
    }
  }

  /** Lets the lane try at once, whether or not it waits. */
  private poke(lane: Lane): void {
    this.account.unblock(lane);
    this.dispatch(lane);
  }

  /** Offers what has become free to the lanes that wait, until the account is full again. */
  private relieve(): void {
    const { account } = this;
    for (let left = account.lanesWaiting; left > 0 && account.lanesWaiting > 0 && !account.isFull; left--)
      this.poke(account.next());
  }

  private tickLater(lane: Lane): void {
    lane.ticking = true;
    this.calendar.push(this.calendar.time + 1, TICK, lane.index);
  }

  /** Each second while there is something to do: pollers go up while messages wait, and down when none do. */
  private tick(lane: Lane): void {
    lane.ticking = false;
    lane.account(this.calendar.time);
    if (lane.queued > 0 && lane.invocations >= lane.pollerLimit)
      lane.pollerLimit = Math.min(lane.pollerMost, lane.pollerLimit + lane.pollersUpPerSecond);
    else if (lane.queued === 0)
      lane.pollerLimit = Math.max(
        Math.min(lane.pollerStart, lane.pollerMost),
        lane.pollerLimit - this.setting.pollersDownPerSecond,
      );
    this.poke(lane);
    if (!lane.ticking && lane.pollerLimit > lane.pollerStart) this.tickLater(lane);
  }

  private expireIdle(lane: Lane): void {
    const now = this.calendar.time;
    lane.account(now);
    let expired = 0;
    // The same sum as the one that set the alarm, so that rounding cannot make it ring a hair too early for ever.
    for (; lane.idle.oldestSince() + lane.keepAliveSeconds <= now; expired++)
      lane.environmentsOf.destroy(lane.idle.takeOldest());
    if (expired === 0) this.acted--;
    lane.watchingIdle = lane.idle.size > 0;
    if (lane.watchingIdle) this.calendar.push(lane.idle.oldestSince() + lane.keepAliveSeconds, IDLE_EXPIRY, lane.index);
  }
}
