/**
 * The idle environments of one function. Which of them gets the next invocation is not documented by AWS, so it is a stated choice:
 * the one that became idle last (`newest`), first (`oldest`), or any (`random`).
 */
export type Routing = 'newest' | 'oldest' | 'random';

const NONE = -1;

export class IdlePool {
  size = 0;
  /** A list in the order in which they became idle; `members` and `places` allow any to be picked. */
  private oldest = NONE;
  private newest = NONE;
  private older = new Int32Array(64);
  private newer = new Int32Array(64);
  private sinces = new Float64Array(64);
  private members = new Int32Array(64);
  private places = new Int32Array(64);

  constructor(private readonly routing: Routing) {}

  /** `now` never goes back. */
  add(environment: number, now: number): void {
    while (environment >= this.older.length) this.grow();
    this.sinces[environment] = now;
    this.older[environment] = this.newest;
    this.newer[environment] = NONE;
    if (this.newest === NONE) this.oldest = environment;
    else this.newer[this.newest] = environment;
    this.newest = environment;
    this.members[this.size] = environment;
    this.places[environment] = this.size++;
  }

  /** Takes one out by the routing; -1 if none is idle. `uniform` is looked at only where it is random. */
  take(uniform: number): number {
    if (this.size === 0) return NONE;
    const environment =
      this.routing === 'newest'
        ? this.newest
        : this.routing === 'oldest'
          ? this.oldest
          : (this.members[Math.floor(uniform * this.size)] as number);
    this.remove(environment);
    return environment;
  }

  /** When the longest idle one became so; Infinity if none is idle. */
  oldestSince(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.sinces[this.oldest] as number);
  }

  /** Takes out the longest idle one; -1 if none is idle. */
  takeOldest(): number {
    const environment = this.oldest;
    if (environment !== NONE) this.remove(environment);
    return environment;
  }

  private remove(environment: number): void {
    const before = this.older[environment] as number;
    const after = this.newer[environment] as number;
    if (before === NONE) this.oldest = after;
    else this.newer[before] = after;
    if (after === NONE) this.newest = before;
    else this.older[after] = before;
    const place = this.places[environment] as number;
    const last = this.members[--this.size] as number;
    this.members[place] = last;
    this.places[last] = place;
  }

  private grow(): void {
    const wider = (from: Int32Array) => {
      const to = new Int32Array(2 * from.length);
      to.set(from);
      return to;
    };
    const sinces = new Float64Array(2 * this.sinces.length);
    sinces.set(this.sinces);
    this.sinces = sinces;
    this.older = wider(this.older);
    this.newer = wider(this.newer);
    this.members = wider(this.members);
    this.places = wider(this.places);
  }
}
