/** Statistics of a run, in bounded memory however long it is. */
import { standardNormalQuantile } from './distributions';

const T_975 = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622];

/** Student's t at level .975: tabulated up to 9 degrees of freedom, then Fisher's expansion (error below 5e-4). */
export function tQuantile975(degreesOfFreedom: number): number {
  if (degreesOfFreedom < 1) return Number.POSITIVE_INFINITY;
  const tabulated = T_975[degreesOfFreedom - 1];
  if (tabulated !== undefined) return tabulated;
  const z = standardNormalQuantile(0.975);
  const v = degreesOfFreedom;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * v ** 3);
  return z + (z ** 3 + z) / (4 * v) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * v ** 2) + third;
}

/**
 * Mean of a correlated series with a 95 % half-width, by the method of batch means. Batches double in size when there are `most` of
 * them, so that between half of that and all of it are there.
 */
export class BatchMeans {
  private readonly sums: Float64Array;
  private batches = 0;
  private size = 1;
  private inBatch = 0;
  private batchSum = 0;
  private total = 0;
  count = 0;

  constructor(private readonly most = 64) {
    if (most < 4 || most % 2 !== 0) throw new RangeError(`${most} batches: an even number from 4 on is needed`);
    this.sums = new Float64Array(most);
  }

  add(value: number): void {
    this.batchSum += value;
    if (++this.inBatch === this.size) this.closeBatch();
  }

  get mean(): number {
    return (this.total + this.batchSum) / (this.count + this.inBatch);
  }

  /** Half of the 95 % interval; Infinity before there are two batches. */
  get halfWidth(): number {
    const n = this.batches;
    if (n < 2) return Number.POSITIVE_INFINITY;
    const mean = this.total / n;
    let squares = 0;
    for (let index = 0; index < n; index++) squares += ((this.sums[index] as number) - mean) ** 2;
    return (tQuantile975(n - 1) * Math.sqrt(squares / (n - 1) / n)) / this.size;
  }

  private closeBatch(): void {
    this.sums[this.batches++] = this.batchSum;
    this.total += this.batchSum;
    this.count += this.inBatch;
    this.batchSum = 0;
    this.inBatch = 0;
    if (this.batches < this.most) return;
    for (let index = 0; index < this.most / 2; index++)
      this.sums[index] = (this.sums[2 * index] as number) + (this.sums[2 * index + 1] as number);
    this.batches = this.most / 2;
    this.size *= 2;
  }
}

/** Time average of a value that changes in steps, and its integral. */
export class TimeAverage {
  private integral = 0;
  private since: number;
  private from: number;

  constructor(
    from = 0,
    private value = 0,
  ) {
    this.from = from;
    this.since = from;
  }

  set(now: number, value: number): void {
    this.integral += this.value * (now - this.since);
    this.since = now;
    this.value = value;
  }

  /** Forgets what was before `now`: the end of a warm-up. */
  restart(now: number): void {
    this.integral = 0;
    this.from = now;
    this.since = now;
  }

  integralUntil(now: number): number {
    return this.integral + this.value * (now - this.since);
  }

  meanUntil(now: number): number {
    return this.integralUntil(now) / (now - this.from);
  }
}

const SUB_BITS = 7;
const LEAST_EXPONENT = -30;
const OCTAVES = 60;
const BUCKETS = OCTAVES << SUB_BITS;

/**
 * Quantiles of positive values from 1e-9 to 1e9 within .4 %: each octave is cut into 128 equal buckets, found from the number's own
 * bits. What is smaller or greater counts in the outermost bucket. 60 KB, whatever is added.
 */
export class LogHistogram {
  private readonly counts = new Float64Array(BUCKETS);
  private readonly asNumber = new Float64Array(1);
  private readonly asBits = new Uint32Array(this.asNumber.buffer);
  count = 0;
  private sum = 0;
  max = 0;

  add(value: number): void {
    this.asNumber[0] = value;
    // The upper word: 11 bits of exponent, then the mantissa's first ones (every machine that runs Node is little-endian).
    const index = ((this.asBits[1] as number) >>> (20 - SUB_BITS)) - ((1023 + LEAST_EXPONENT) << SUB_BITS);
    const bucket = index < 0 || value <= 0 ? 0 : index >= BUCKETS ? BUCKETS - 1 : index;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.count++;
    this.sum += value;
    if (value > this.max) this.max = value;
  }

  get mean(): number {
    return this.sum / this.count;
  }

  /** NaN of nothing. */
  quantile(level: number): number {
    if (this.count === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(level * this.count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.counts[bucket] as number;
      if (seen >= rank) return Math.min(this.max, middleOf(bucket));
    }
    return this.max;
  }

  /** Share of the values above `bound`, to the nearest bucket. */
  shareAbove(bound: number): number {
    let above = 0;
    for (let bucket = BUCKETS - 1; bucket >= 0 && middleOf(bucket) > bound; bucket--)
      above += this.counts[bucket] as number;
    return this.count === 0 ? 0 : above / this.count;
  }

  merge(other: LogHistogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++)
      this.counts[bucket] = (this.counts[bucket] as number) + (other.counts[bucket] as number);
    this.count += other.count;
    this.sum += other.sum;
    this.max = Math.max(this.max, other.max);
  }
}

function middleOf(bucket: number): number {
  const exponent = LEAST_EXPONENT + (bucket >> SUB_BITS);
  const sub = bucket & ((1 << SUB_BITS) - 1);
  return 2 ** exponent * (1 + (sub + 0.5) / (1 << SUB_BITS));
}
