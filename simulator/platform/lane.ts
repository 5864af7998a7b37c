/** One lane as it stands: its queue, its mapping's pollers, its function's environments, and what it has used. */
import type { ProvisionedStatus, ScalingAction } from '../../core/contracts/scheduling';
import { LogHistogram } from '../engine';
import { Environments } from './environments';
import type { EventStore } from './event-store';
import { LAMBDA_FACTS } from './facts';
import { IdlePool, type Routing } from './idle-pool';
import type { LaneView } from './policy';
import { ProvisionedMeter } from './provisioned-meter';
import type { LaneSetting } from './setting';
import { TokenBucket } from './token-bucket';

const NONE = -1;

/** What the last completed minutes were like: the sums that the runner would report. */
export interface ServiceSums {
  invocations: number;
  records: number;
  seconds: number;
  squares: number;
  recordSeconds: number;
}
export const noService = (): ServiceSums => ({ invocations: 0, records: 0, seconds: 0, squares: 0, recordSeconds: 0 });

/** Used from the measurement's beginning; integrals until its end, counts until the last event has its outcome. */
export interface Usage {
  residentSeconds: number;
  busySeconds: number;
  provisionedSeconds: number;
  provisionedBusySeconds: number;
  /** As AWS bills it: each invocation rounded up to a millisecond, init included. */
  onDemandBilledSeconds: number;
  provisionedBilledSeconds: number;
  invocations: number;
  coldStarts: number;
  sqsRequests: number;
  pollerSeconds: number;
  controllerSteps: number;
}

export class Lane implements LaneView {
  queued = 0;
  inFlight = 0;
  invocations = 0;
  provisionedBusy = 0;
  readonly environmentsOf = new Environments();
  readonly idle: IdlePool;
  readonly warm: IdlePool;
  readonly starts = new TokenBucket(LAMBDA_FACTS.startsPerSecond, LAMBDA_FACTS.startBurst);
  readonly provisionedRate = new TokenBucket(0, 0);
  readonly initTimes = new LogHistogram();
  /** Concurrent invocations that the mapping allows itself just now. */
  pollerLimit: number;
  maximumConcurrency: number;
  batchSize: number;
  batchWindowSeconds: number;
  form: 'fused' | 'split';
  readonly keepAliveSeconds: number;
  provisionedRequested = 0;
  provisionedAllocated = 0;
  provisionedStatus: ProvisionedStatus = 'none';
  /** Raised to cancel what is pending for an older state. */
  provisionedStamp = 0;
  mappingStamp = 0;
  /** Values of the mapping that do not work yet. */
  pendingMapping: Extract<ScalingAction, { kind: 'mapping' }> | undefined;
  /** When the alarm for the batch window rings; an older one is stale. */
  windowDue = Number.NaN;
  ticking = false;
  watchingIdle = false;
  /** Waits for the account's concurrency, or for a rate. */
  blocked = false;
  minuteArrivals = 0;
  minutes: ServiceSums[] = [noService()];
  readonly meter = new ProvisionedMeter();
  readonly usage: Usage = {
    residentSeconds: 0,
    busySeconds: 0,
    provisionedSeconds: 0,
    provisionedBusySeconds: 0,
    onDemandBilledSeconds: 0,
    provisionedBilledSeconds: 0,
    invocations: 0,
    coldStarts: 0,
    sqsRequests: 0,
    pollerSeconds: 0,
    controllerSteps: 0,
  };
  private head = NONE;
  private tail = NONE;
  private accountedUntil = 0;

  constructor(
    readonly index: number,
    readonly setting: LaneSetting,
    routing: Routing,
    private readonly events: EventStore,
    private readonly measured: { readonly from: number; readonly until: number; keepAliveSeconds: number },
  ) {
    this.idle = new IdlePool(routing);
    this.warm = new IdlePool(routing);
    this.maximumConcurrency = setting.maximumConcurrency;
    this.batchSize = setting.batchSize;
    this.batchWindowSeconds = setting.batchWindowSeconds;
    this.form = setting.form;
    this.keepAliveSeconds = measured.keepAliveSeconds;
    this.pollerLimit = Math.min(this.pollerStart, this.pollerMost);
  }

  get environments(): number {
    return this.environmentsOf.count;
  }

  get oldestSinceSeconds(): number {
    return this.head === NONE ? Number.NaN : (this.events.visibleSince[this.head] as number);
  }

  get pollerStart(): number {
    const { pollers } = this.setting;
    return pollers.mode === 'standard' ? LAMBDA_FACTS.standardStart : pollers.least * LAMBDA_FACTS.concurrencyPerPoller;
  }

  /** Maximum concurrency and provisioned pollers exclude each other: of these, a cap is their greatest number. */
  get pollerMost(): number {
    const { pollers } = this.setting;
    if (pollers.mode === 'standard') return Math.min(LAMBDA_FACTS.standardMost, this.maximumConcurrency);
    const { concurrencyPerPoller, pollersMost } = LAMBDA_FACTS;
    const capped = Math.max(pollers.least, Math.ceil(this.maximumConcurrency / concurrencyPerPoller));
    return Math.min(pollersMost, concurrencyPerPoller * Math.min(pollers.most, capped));
  }

  get pollersUpPerSecond(): number {
    const { pollers } = this.setting;
    return pollers.mode === 'standard'
      ? (pollers.perSecond ?? LAMBDA_FACTS.standardPerSecond)
      : LAMBDA_FACTS.pollersPerSecond;
  }

  enqueue(event: number, now: number): void {
    const { next, visibleSince } = this.events;
    visibleSince[event] = now;
    next[event] = NONE;
    if (this.tail === NONE) this.head = event;
    else next[this.tail] = event;
    this.tail = event;
    this.queued++;
  }

  /** The oldest message; only where there is one. */
  dequeue(): number {
    const event = this.head;
    this.head = this.events.next[event] as number;
    if (this.head === NONE) this.tail = NONE;
    this.queued--;
    return event;
  }

  /** Adds what has passed since the last change; to be called before every change. */
  account(now: number): void {
    const { measured, usage } = this;
    const from = Math.max(this.accountedUntil, measured.from);
    const seconds = Math.min(now, measured.until) - from;
    this.accountedUntil = now;
    if (seconds <= 0) return;
    usage.residentSeconds += seconds * this.environmentsOf.count;
    usage.busySeconds += seconds * this.invocations;
    usage.provisionedSeconds += seconds * this.provisionedAllocated;
    usage.provisionedBusySeconds += seconds * this.provisionedBusy;
    const { pollers } = this.setting;
    if (pollers.mode === 'provisioned')
      usage.pollerSeconds += seconds * Math.max(pollers.least, this.pollerLimit / LAMBDA_FACTS.concurrencyPerPoller);
  }

  /** Into the sums of the minute that runs. */
  noteService(records: number, seconds: number, recordSeconds: number): void {
    const sums = this.minutes[this.minutes.length - 1] as ServiceSums;
    sums.invocations++;
    sums.records += records;
    sums.seconds += seconds;
    sums.squares += seconds * seconds;
    sums.recordSeconds += recordSeconds;
  }

  /** Is a run that begins now counted? */
  counts(now: number): boolean {
    return now >= this.measured.from;
  }
}
