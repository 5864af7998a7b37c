/**
 * G/G/c with classes of non-preemptive priority, first come first served inside a class: with one class M/M/c, M/G/1, D/M/1. It exists
 * to be compared with what is known exactly.
 */
import { BatchMeans, Calendar, type Distribution, Ring, Xoshiro128 } from '../engine';

export interface ArrivalClass {
  readonly between: Distribution;
  readonly service: Distribution;
}

export interface MultiServerSetting {
  readonly servers: number;
  /** The most urgent first. */
  readonly classes: readonly ArrivalClass[];
  readonly seed: number;
  /** The share of waits longer than this is measured. */
  readonly waitBound?: number;
}

const ARRIVAL = 0;
const DEPARTURE = 1;

export class MultiServer {
  /** By class. */
  waits: BatchMeans[];
  /** Share of all arrivals that found every server busy, and that waited longer than the bound. */
  delayed = new BatchMeans();
  beyond = new BatchMeans();
  /** Calendar entries popped and acted on. */
  events = 0;
  private readonly calendar = new Calendar();
  private readonly uniforms: Xoshiro128;
  private readonly queues: Ring[];
  private readonly waitBound: number;
  private readonly watchesTail: boolean;
  private busy = 0;

  constructor(private readonly setting: MultiServerSetting) {
    this.uniforms = new Xoshiro128(setting.seed);
    this.waitBound = setting.waitBound ?? Number.POSITIVE_INFINITY;
    this.watchesTail = setting.waitBound !== undefined;
    this.queues = setting.classes.map(() => new Ring());
    this.waits = setting.classes.map(() => new BatchMeans());
    setting.classes.forEach(({ between }, index) => {
      this.calendar.push(between.sample(this.uniforms), ARRIVAL, index);
    });
  }

  /** Runs until that many more have arrived. */
  advance(arrivals: number): void {
    const { calendar } = this;
    for (let arrived = 0; arrived < arrivals; ) {
      calendar.pop();
      this.events++;
      if (calendar.kind === ARRIVAL) {
        arrived++;
        this.arrive(calendar.subject);
      } else this.depart();
    }
  }

  /** Forgets the statistics so far: the end of a warm-up. */
  restart(): void {
    this.waits = this.setting.classes.map(() => new BatchMeans());
    this.delayed = new BatchMeans();
    this.beyond = new BatchMeans();
  }

  private arrive(index: number): void {
    const { calendar } = this;
    const { between } = this.setting.classes[index] as ArrivalClass;
    calendar.push(calendar.time + between.sample(this.uniforms), ARRIVAL, index);
    if (this.busy < this.setting.servers) {
      this.busy++;
      this.delayed.add(0);
      (this.waits[index] as BatchMeans).add(0);
      if (this.watchesTail) this.beyond.add(0);
      this.begin(index);
    } else {
      this.delayed.add(1);
      (this.queues[index] as Ring).push(calendar.time);
    }
  }

  private depart(): void {
    for (let index = 0; index < this.queues.length; index++) {
      const queue = this.queues[index] as Ring;
      if (queue.length > 0) {
        const wait = this.calendar.time - queue.shift();
        (this.waits[index] as BatchMeans).add(wait);
        if (this.watchesTail) this.beyond.add(wait > this.waitBound ? 1 : 0);
        this.begin(index);
        return;
      }
    }
    this.busy--;
  }

  private begin(index: number): void {
    const { calendar } = this;
    const { service } = this.setting.classes[index] as ArrivalClass;
    calendar.push(calendar.time + service.sample(this.uniforms), DEPARTURE, index);
  }
}
