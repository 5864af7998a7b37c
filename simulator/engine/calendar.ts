/**
 * The pending events of a simulation: a four-ary heap on typed arrays, which allocates nothing per event.
 *
 * Least time first; events of the same time come in the order in which they were put in (a numeric sequence decides). What is popped
 * leaves a hole at the root that the next `push` fills, because nearly every event schedules its successor: that pair then costs one
 * sift instead of two.
 */
const INITIAL_CAPACITY = 64;
const STRIDE = 4;

export class Calendar {
  /** Of the entry that `pop` took out last; `time` is the simulation's clock. */
  time = 0;
  kind = 0;
  subject = 0;
  stamp = 0;

  private heapTimes = new Float64Array(INITIAL_CAPACITY);
  private heapSlots = new Int32Array(INITIAL_CAPACITY);
  private sequences = new Float64Array(INITIAL_CAPACITY);
  /** Of each slot its kind, subject and stamp: in one array, because each array costs a look-up of its own. */
  private data = new Int32Array(STRIDE * INITIAL_CAPACITY);
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
    const { data } = this;
    const base = slot * STRIDE;
    data[base] = kind;
    data[base + 1] = subject;
    data[base + 2] = stamp;
    this.heapTimes[position] = time;
    if (atRoot) {
      this.hole = false;
      this.siftDown();
    } else if (position > 0) this.siftUp(position);
  }

  /** Moves the clock to the next event and shows it in the public fields; false, and nothing changes, if there is none. */
  pop(): boolean {
    if (this.hole) this.closeHole();
    if (this.length === 0) return false;
    const slot = this.heapSlots[0] as number;
    this.time = this.heapTimes[0] as number;
    const { data } = this;
    const base = slot * STRIDE;
    this.kind = data[base] as number;
    this.subject = data[base + 1] as number;
    this.stamp = data[base + 2] as number;
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
    this.heapTimes[0] = this.heapTimes[last] as number;
    this.heapSlots[0] = this.heapSlots[last] as number;
    this.heapSlots[last] = free;
    this.siftDown();
  }

  // The sifts are given places, never times: a time handed to a function that is not inlined is put in a box on the heap.
  private siftUp(from: number): void {
    const times = this.heapTimes;
    const slots = this.heapSlots;
    const time = times[from] as number;
    const slot = slots[from] as number;
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

  private siftDown(): void {
    const times = this.heapTimes;
    const slots = this.heapSlots;
    const length = this.length;
    const time = times[0] as number;
    const slot = slots[0] as number;
    let position = 0;
    for (;;) {
      const first = 4 * position + 1;
      if (first >= length) break;
      let best = first;
      let bestTime = times[first] as number;
      const left = length - first;
      // Four children nearly always; written out, because a loop over so few costs as much as what it does.
      if (left > 1) {
        let childTime = times[first + 1] as number;
        if (childTime <= bestTime && (childTime < bestTime || this.isBefore(slots[first + 1], slots[best]))) {
          best = first + 1;
          bestTime = childTime;
        }
        if (left > 2) {
          childTime = times[first + 2] as number;
          if (childTime <= bestTime && (childTime < bestTime || this.isBefore(slots[first + 2], slots[best]))) {
            best = first + 2;
            bestTime = childTime;
          }
          if (left > 3) {
            childTime = times[first + 3] as number;
            if (childTime <= bestTime && (childTime < bestTime || this.isBefore(slots[first + 3], slots[best]))) {
              best = first + 3;
              bestTime = childTime;
            }
          }
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
    this.data = enlarged(this.data, new Int32Array(STRIDE * capacity));
    for (let slot = before; slot < capacity; slot++) this.heapSlots[slot] = slot;
  }
}

function enlarged<Numbers extends Float64Array | Int32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
