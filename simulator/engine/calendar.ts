/**
 * The pending events of a simulation: a four-ary heap on typed arrays, which allocates nothing per event.
 *
 * Least time first; events of the same time come in the order in which they were put in (a numeric sequence decides). What is popped
 * leaves a hole at the root that the next `push` fills, because nearly every event schedules its successor: that pair then costs one
 * sift instead of two.
 */
const INITIAL_CAPACITY = 64;

export class Calendar {
  /** Of the entry that `pop` took out last; `time` is the simulation's clock. */
  time = 0;
  kind = 0;
  subject = 0;
  stamp = 0;

  private heapTimes = new Float64Array(INITIAL_CAPACITY);
  private heapSlots = new Int32Array(INITIAL_CAPACITY);
  private sequences = new Float64Array(INITIAL_CAPACITY);
  private kinds = new Uint8Array(INITIAL_CAPACITY);
  private subjects = new Int32Array(INITIAL_CAPACITY);
  private stamps = new Int32Array(INITIAL_CAPACITY);
  /** Slots not in use, as a stack: the heap's entries [length, capacity) name them. */
  private length = 0;
  private hole = false;
  private nextSequence = 0;

  constructor() {
    for (let slot = 0; slot < INITIAL_CAPACITY; slot++) this.heapSlots[slot] = slot;
  }

  /** Entries that wait. */
  get size(): number {
    return this.hole ? this.length - 1 : this.length;
  }

  /**
   * Schedules an event. `stamp` cancels: keep a generation per subject, raise it to cancel what the subject has pending, and leave out
   * a popped entry whose `stamp` is not its subject's generation.
   */
  push(time: number, kind: number, subject: number, stamp = 0): void {
    if (!(time >= this.time)) throw new RangeError(`an event at ${time} is before the clock, ${this.time}`);
    const atRoot = this.hole;
    if (!atRoot && this.length === this.heapTimes.length) this.grow();
    const position = atRoot ? 0 : this.length++;
    const slot = this.heapSlots[position] as number;
    this.sequences[slot] = this.nextSequence++;
    this.kinds[slot] = kind;
    this.subjects[slot] = subject;
    this.stamps[slot] = stamp;
    if (atRoot) {
      this.hole = false;
      this.siftDown(time, slot);
    } else this.siftUp(position, time, slot);
  }

  /** Moves the clock to the next event and shows it in the public fields; false, and nothing changes, if there is none. */
  pop(): boolean {
    if (this.hole) this.closeHole();
    if (this.length === 0) return false;
    const slot = this.heapSlots[0] as number;
    this.time = this.heapTimes[0] as number;
    this.kind = this.kinds[slot] as number;
    this.subject = this.subjects[slot] as number;
    this.stamp = this.stamps[slot] as number;
    this.hole = true;
    return true;
  }

  /** Time of the next event; Infinity if there is none. */
  peekTime(): number {
    if (this.hole) this.closeHole();
    return this.length === 0 ? Number.POSITIVE_INFINITY : (this.heapTimes[0] as number);
  }

  private closeHole(): void {
    this.hole = false;
    const free = this.heapSlots[0] as number;
    const last = --this.length;
    if (last === 0) return;
    const time = this.heapTimes[last] as number;
    const slot = this.heapSlots[last] as number;
    this.heapSlots[last] = free;
    this.siftDown(time, slot);
  }

  private siftUp(from: number, time: number, slot: number): void {
    const times = this.heapTimes;
    const slots = this.heapSlots;
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      // A newcomer has the greatest sequence, so it stays behind its equals.
      if ((times[parent] as number) <= time) break;
      times[position] = times[parent] as number;
      slots[position] = slots[parent] as number;
      position = parent;
    }
    times[position] = time;
    slots[position] = slot;
  }

  private siftDown(time: number, slot: number): void {
    const times = this.heapTimes;
    const slots = this.heapSlots;
    const length = this.length;
    let position = 0;
    for (;;) {
      const first = 4 * position + 1;
      if (first >= length) break;
      let best = first;
      let bestTime = times[first] as number;
      const end = Math.min(first + 4, length);
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime < bestTime || (childTime === bestTime && this.isBefore(slots[child], slots[best]))) {
          best = child;
          bestTime = childTime;
        }
      }
      if (bestTime > time || (bestTime === time && this.isBefore(slot, slots[best]))) break;
      times[position] = bestTime;
      slots[position] = slots[best] as number;
      position = best;
    }
    times[position] = time;
    slots[position] = slot;
  }

  private isBefore(slot: number | undefined, other: number | undefined): boolean {
    return (this.sequences[slot as number] as number) < (this.sequences[other as number] as number);
  }

  private grow(): void {
    const before = this.heapTimes.length;
    const capacity = 2 * before;
    this.heapTimes = enlarged(this.heapTimes, new Float64Array(capacity));
    this.heapSlots = enlarged(this.heapSlots, new Int32Array(capacity));
    this.sequences = enlarged(this.sequences, new Float64Array(capacity));
    this.kinds = enlarged(this.kinds, new Uint8Array(capacity));
    this.subjects = enlarged(this.subjects, new Int32Array(capacity));
    this.stamps = enlarged(this.stamps, new Int32Array(capacity));
    for (let slot = before; slot < capacity; slot++) this.heapSlots[slot] = slot;
  }
}

function enlarged<Numbers extends Float64Array | Int32Array | Uint8Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
