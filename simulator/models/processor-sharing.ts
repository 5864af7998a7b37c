/**
 * One server shared in proportion to weights (discriminatory processor sharing). In the time of one unit of weight, a job that needs x
 * leaves x / weight after it came, whatever the others do: so the calendar runs on that time, and nothing is recomputed at a change.
 */
import { BatchMeans, Calendar, type Distribution, Xoshiro128 } from '../engine';

export interface SharingClass {
  readonly arrivalsPerSecond: number;
  readonly service: Distribution;
  readonly weight: number;
}

export class ProcessorSharing {
  /** Time in system, by class. */
  sojourns: BatchMeans[];
  private readonly calendar = new Calendar();
  private readonly uniforms: Xoshiro128;
  private readonly classes: readonly SharingClass[];
  private readonly arrivalsPerSecond: number;
  private now = 0;
  /** Service that a unit of weight has got so far. */
  private attained = 0;
  private weights = 0;
  private nextArrival: number;
  /** Of the jobs inside: when they came, and their class. */
  private arrivedAt = new Float64Array(1024);
  private classOf = new Uint8Array(1024);
  private readonly free: number[] = [];
  private used = 0;

  constructor(setting: { readonly classes: readonly SharingClass[]; readonly seed: number }) {
    this.classes = setting.classes;
    this.uniforms = new Xoshiro128(setting.seed);
    this.arrivalsPerSecond = setting.classes.reduce((sum, each) => sum + each.arrivalsPerSecond, 0);
    this.sojourns = setting.classes.map(() => new BatchMeans());
    this.nextArrival = this.uniforms.exponential() / this.arrivalsPerSecond;
  }

  advance(arrivals: number): void {
    for (let arrived = 0; arrived < arrivals; ) {
      const departure = this.now + (this.calendar.peekTime() - this.attained) * this.weights;
      if (this.weights > 0 && departure <= this.nextArrival) this.depart(departure);
      else {
        arrived++;
        this.arrive();
      }
    }
  }

  restart(): void {
    this.sojourns = this.classes.map(() => new BatchMeans());
  }

  private depart(time: number): void {
    const { calendar } = this;
    calendar.pop();
    this.now = time;
    this.attained = calendar.time;
    const job = calendar.subject;
    const index = this.classOf[job] as number;
    (this.sojourns[index] as BatchMeans).add(time - (this.arrivedAt[job] as number));
    this.free.push(job);
    // No weight may be left over from rounding when the server is empty.
    this.weights = calendar.size === 0 ? 0 : this.weights - (this.classes[index] as SharingClass).weight;
  }

  private arrive(): void {
    const time = this.nextArrival;
    if (this.weights > 0) this.attained += (time - this.now) / this.weights;
    this.now = time;
    this.nextArrival = time + this.uniforms.exponential() / this.arrivalsPerSecond;
    const index = this.pickClass();
    const { service, weight } = this.classes[index] as SharingClass;
    const job = this.free.pop() ?? this.newJob();
    this.arrivedAt[job] = time;
    this.classOf[job] = index;
    this.weights += weight;
    this.calendar.push(this.attained + service.sample(this.uniforms) / weight, 0, job);
  }

  private pickClass(): number {
    let rest = this.uniforms.next() * this.arrivalsPerSecond;
    for (let index = 0; index < this.classes.length - 1; index++) {
      rest -= (this.classes[index] as SharingClass).arrivalsPerSecond;
      if (rest < 0) return index;
    }
    return this.classes.length - 1;
  }

  private newJob(): number {
    if (this.used === this.arrivedAt.length) {
      const [times, classes] = [this.arrivedAt, this.classOf];
      this.arrivedAt = new Float64Array(2 * this.used);
      this.classOf = new Uint8Array(2 * this.used);
      this.arrivedAt.set(times);
      this.classOf.set(classes);
    }
    return this.used++;
  }
}
