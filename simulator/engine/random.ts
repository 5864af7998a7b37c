/**
 * Pseudo-random numbers. `Xoshiro128` is the fast sequence for a model that runs alone. `KeyedUniforms` draws by (seed, purpose, event
 * id): whatever else a system does, the same event meets the same luck in it, so that two systems can be compared pair by pair.
 */
export interface Uniforms {
  /** The next number in (0, 1), never 0 or 1: both its logarithm and that of its complement are finite. */
  next(): number;
  /** The next standard exponential. */
  exponential(): number;
}

/** How many draws are made at once where a model draws from one sequence. */
const BLOCK = 1024;

/**
 * Draws of one distribution from a sequence, made in blocks: the loop that makes them is compiled as one piece, and taking one out of an
 * array needs no call that would put the number in a box.
 */
export class Draws {
  private readonly block = new Float64Array(BLOCK);
  private at = BLOCK;

  constructor(private readonly fill: (block: Float64Array) => void) {}

  next(): number {
    if (this.at === BLOCK) {
      this.fill(this.block);
      this.at = 0;
    }
    return this.block[this.at++] as number;
  }
}

// Looked up once: a test runner's sandbox makes every look at a global slow.
const { imul, log, exp, floor } = Math;

const TWO_TO_MINUS_32 = 2 ** -32;

/** A permutation of the 32-bit integers that scatters them well (Wellons' triple32, public domain). */
export function scramble(value: number): number {
  let x = value | 0;
  x = imul(x ^ (x >>> 17), 0xed5ad4bb);
  x = imul(x ^ (x >>> 11), 0xac4c1b51);
  x = imul(x ^ (x >>> 15), 0x31848bab);
  return (x ^ (x >>> 14)) >>> 0;
}

/** Folds a seed, a purpose and an id (up to 2^53) into 32 scattered bits. */
export function keyedBits(seed: number, purpose: number, id: number): number {
  const high = floor(id * TWO_TO_MINUS_32);
  const key = scramble(seed + imul(purpose, 0x9e3779b9)) ^ (high === 0 ? 0 : scramble(high));
  return scramble(scramble(id ^ key) + key);
}

/** One draw in (0, 1) for an event and a purpose; the same for the same three numbers, always. */
export function keyedUniform(seed: number, purpose: number, id: number): number {
  return (keyedBits(seed, purpose, id) + 0.5) * TWO_TO_MINUS_32;
}

/** As many draws as wanted for one (purpose, id); `at` goes to another. Nothing is allocated. */
export class KeyedUniforms implements Uniforms {
  private bits = 0;
  private draws = 0;

  constructor(private readonly seed: number) {}

  at(purpose: number, id: number): this {
    this.bits = keyedBits(this.seed, purpose, id);
    this.draws = 0;
    return this;
  }

  next(): number {
    const bits = this.draws === 0 ? this.bits : scramble(this.bits + imul(this.draws, 0x9e3779b9));
    this.draws++;
    return (bits + 0.5) * TWO_TO_MINUS_32;
  }

  /** By inversion, so that the same key stays the same quantile whatever the mean is. */
  exponential(): number {
    return -log(this.next());
  }
}

/** xoshiro128** 1.1 (Blackman and Vigna, public domain): period 2^128 - 1. */
export class Xoshiro128 implements Uniforms {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number, stream = 0) {
    this.a = keyedBits(seed, stream, 1) | 0;
    this.b = keyedBits(seed, stream, 2) | 0;
    this.c = keyedBits(seed, stream, 3) | 0;
    // Never all zero.
    this.d = keyedBits(seed, stream, 4) | 1;
  }

  /** The next 32 bits, as a signed integer. */
  bits(): number {
    const five = imul(this.b, 5);
    const answer = imul((five << 7) | (five >>> 25), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return answer;
  }

  next(): number {
    return ((this.bits() >>> 0) + 0.5) * TWO_TO_MINUS_32;
  }

  fillExponential(block: Float64Array, mean: number): void {
    for (let index = 0; index < block.length; index++) block[index] = mean * this.exponential();
  }

  /** A standard exponential by the ziggurat (Marsaglia and Tsang 2000): 98.9 % of the draws need no logarithm. */
  exponential(): number {
    for (;;) {
      const bits = this.bits();
      const layer = bits & 255;
      // The layer's number and the place in it come from different bits.
      const place = (bits >>> 8) * 2 ** -24;
      const x = place * (ZIGGURAT_EDGES[layer] as number);
      if (x < (ZIGGURAT_EDGES[layer + 1] as number)) return x;
      if (layer === 0) return ZIGGURAT_TAIL - log(this.next());
      const low = ZIGGURAT_HEIGHTS[layer] as number;
      const high = ZIGGURAT_HEIGHTS[layer + 1] as number;
      if (low + this.next() * (high - low) < exp(-x)) return x;
    }
  }
}

/** Where the tail begins, and the area of each of the 256 layers. */
const ZIGGURAT_TAIL = 7.697117470131049;
const ZIGGURAT_AREA = 0.003949659822581557;
/** Layer i lies below the density between heights i and i + 1 and is as wide as edge i; layer 0 holds the tail. */
const ZIGGURAT_EDGES = new Float64Array(257);
const ZIGGURAT_HEIGHTS = new Float64Array(257);
ZIGGURAT_EDGES[0] = ZIGGURAT_AREA / exp(-ZIGGURAT_TAIL);
ZIGGURAT_EDGES[1] = ZIGGURAT_TAIL;
ZIGGURAT_HEIGHTS[1] = exp(-ZIGGURAT_TAIL);
for (let layer = 2; layer < 256; layer++) {
  const edge = ZIGGURAT_EDGES[layer - 1] as number;
  ZIGGURAT_HEIGHTS[layer] = (ZIGGURAT_HEIGHTS[layer - 1] as number) + ZIGGURAT_AREA / edge;
  ZIGGURAT_EDGES[layer] = -log(ZIGGURAT_HEIGHTS[layer] as number);
}
ZIGGURAT_EDGES[256] = 0;
ZIGGURAT_HEIGHTS[256] = 1;
