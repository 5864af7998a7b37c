/**
 * G/G/c with classes of non-preemptive priority, first come first served inside a class: with one class M/M/c, M/G/1, D/M/1. It exists
 * to be compared with what is known exactly.
 */
import {
  BatchMeans,
  Calendar,
  type Distribution,
  type Draws,
  drawsOf,
  isExponential,
  Ring,
  Xoshiro128,
} from '../engine';

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
  /**
   * How: by counting such waits, which is the default, or by the chance of one given what an arrival finds, averaged over arrivals. The
   * same in the mean, and closer to it where such waits are rare; only for one class whose service is exponential.
   */
  readonly tail?: 'counted' | 'given-found';
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
  private readonly betweens: readonly Draws[];
  private readonly services: readonly Draws[];
  private readonly queues: Ring[];
  private readonly waitBound: number;
  private readonly watchesTail: boolean;
  private readonly countsTail: boolean;
  private readonly weighsTail: boolean;
  /** By how many wait before an arrival: the chance that it waits longer than the bound. Empty where waits are counted. */
  private readonly chances: readonly number[];
  private busy = 0;

  constructor(private readonly setting: MultiServerSetting) {
    // A sequence for each use, so that blocks of one do not shift another.
    this.betweens = setting.classes.map(({ between }, index) =>
      drawsOf(between, new Xoshiro128(setting.seed, 2 * index)),
    );
    this.services = setting.classes.map(({ service }, index) =>
      drawsOf(service, new Xoshiro128(setting.seed, 2 * index + 1)),
    );
    this.waitBound = setting.waitBound ?? Number.POSITIVE_INFINITY;
    this.watchesTail = setting.waitBound !== undefined;
    this.weighsTail = this.watchesTail && setting.tail === 'given-found';
    this.countsTail = this.watchesTail && !this.weighsTail;
    this.chances = this.weighsTail ? chancesOf(setting, this.waitBound) : [];
    this.queues = setting.classes.map(() => new Ring());
    this.waits = setting.classes.map(() => new BatchMeans());
    this.betweens.forEach((draws, index) => {
      this.calendar.push(draws.next(), ARRIVAL, index);
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
    calendar.push(calendar.time + (this.betweens[index] as Draws).next(), ARRIVAL, index);
    if (this.busy < this.setting.servers) {
      this.busy++;
      this.delayed.add(0);
      (this.waits[index] as BatchMeans).add(0);
      if (this.watchesTail) this.beyond.add(0);
      this.begin(index);
    } else {
      const queue = this.queues[index] as Ring;
      this.delayed.add(1);
      if (this.weighsTail) this.beyond.add(this.chances[queue.length] ?? 1);
      queue.push(calendar.time);
    }
  }

  private depart(): void {
    for (let index = 0; index < this.queues.length; index++) {
      const queue = this.queues[index] as Ring;
      if (queue.length > 0) {
        const wait = this.calendar.time - queue.shift();
        (this.waits[index] as BatchMeans).add(wait);
        if (this.countsTail) this.beyond.add(wait > this.waitBound ? 1 : 0);
        this.begin(index);
        return;
      }
    }
    this.busy--;
  }

  private begin(index: number): void {
    const { calendar } = this;
    calendar.push(calendar.time + (this.services[index] as Draws).next(), DEPARTURE, index);
  }
}

/**
 * With all servers busy and k waiting, an arrival waits for k + 1 ends of service, which come c to a mean service time whatever has run
 * before: so it waits longer than the bound where at most k come within it. As far as the chance is below 1.
 */
function chancesOf({ classes, servers }: MultiServerSetting, waitBound: number): readonly number[] {
  const [only, another] = classes;
  if (only === undefined || another !== undefined || !isExponential(only.service))
    throw new RangeError('the chance of a wait is known for one class with exponential service');
  const ends = (servers * waitBound) / only.service.mean;
  const chances: number[] = [];
  for (
    let k = 0, term = Math.exp(-ends), sum = term;
    sum < 1 && k <= 10 * ends + 100;
    k++, term *= ends / k, sum += term
  )
    chances.push(sum);
  return chances;
}
