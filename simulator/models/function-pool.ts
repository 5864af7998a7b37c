/**
 * A function that scales per request, as SimFaaS models it (Mahmoudi and Khazaei, 2021): no queue; a request takes an idle environment
 * or starts one; an environment that has been idle for the expiry is reclaimed.
 */
import { BatchMeans, Calendar, type Distribution, TimeAverage, Xoshiro128 } from '../engine';
import { IdlePool, type Routing } from '../platform/idle-pool';

export interface FunctionPoolSetting {
  readonly between: Distribution;
  readonly warm: Distribution;
  /** Whole time of a request that starts its environment. */
  readonly cold: Distribution;
  readonly expirySeconds: number;
  readonly routing: Routing;
  readonly seed: number;
}

const ARRIVAL = 0;
const DEPARTURE = 1;
const EXPIRY = 2;

export class FunctionPool {
  /** Share of requests that started an environment. */
  cold = new BatchMeans();
  private readonly calendar = new Calendar();
  private readonly uniforms: Xoshiro128;
  private readonly idle: IdlePool;
  private readonly free: number[] = [];
  private readonly environmentsOverTime = new TimeAverage();
  private environments = 0;
  private used = 0;
  private watching = false;

  constructor(private readonly setting: FunctionPoolSetting) {
    this.uniforms = new Xoshiro128(setting.seed);
    this.idle = new IdlePool(setting.routing);
    this.calendar.push(setting.between.sample(this.uniforms), ARRIVAL, 0);
  }

  advance(arrivals: number): void {
    const { calendar } = this;
    for (let arrived = 0; arrived < arrivals; ) {
      calendar.pop();
      if (calendar.kind === ARRIVAL) {
        arrived++;
        this.arrive();
      } else if (calendar.kind === DEPARTURE) this.becomeIdle(calendar.subject);
      else this.expire();
    }
  }

  restart(): void {
    this.cold = new BatchMeans();
    this.environmentsOverTime.restart(this.calendar.time);
  }

  /** Busy and idle ones, over time. */
  get meanEnvironments(): number {
    return this.environmentsOverTime.meanUntil(this.calendar.time);
  }

  private arrive(): void {
    const { calendar, setting, uniforms } = this;
    const now = calendar.time;
    calendar.push(now + setting.between.sample(uniforms), ARRIVAL, 0);
    const warm = this.idle.take(setting.routing === 'random' ? uniforms.next() : 0);
    this.cold.add(warm < 0 ? 1 : 0);
    if (warm >= 0) calendar.push(now + setting.warm.sample(uniforms), DEPARTURE, warm);
    else {
      this.environmentsOverTime.set(now, ++this.environments);
      calendar.push(now + setting.cold.sample(uniforms), DEPARTURE, this.free.pop() ?? this.used++);
    }
  }

  private becomeIdle(environment: number): void {
    const now = this.calendar.time;
    this.idle.add(environment, now);
    if (this.watching) return;
    this.watching = true;
    this.calendar.push(now + this.setting.expirySeconds, EXPIRY, 0);
  }

  /** One watch for all: it looks at the longest idle one and comes back when that would expire. */
  private expire(): void {
    const now = this.calendar.time;
    // The same sum as the one that set the watch, so that rounding cannot make it come a hair too early for ever.
    while (this.idle.oldestSince() + this.setting.expirySeconds <= now) {
      this.free.push(this.idle.takeOldest());
      this.environmentsOverTime.set(now, --this.environments);
    }
    this.watching = this.idle.size > 0;
    if (this.watching) this.calendar.push(this.idle.oldestSince() + this.setting.expirySeconds, EXPIRY, 0);
  }
}
