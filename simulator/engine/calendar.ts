/**
 * The pending events of a simulation, on typed arrays, without an allocation per event: a few are kept sorted, many in a four-ary heap.
 *
 * Least time first; events of the same time come in the order in which they were put in (a numeric sequence decides). What is popped
 * from the heap leaves a hole at the root that the next `push` fills, because nearly every event schedules its successor: that pair
 * then costs one sift instead of two.
 */
const INITIAL_CAPACITY = 64;
const STRIDE = 4;
/** Up to here the entries are kept sorted, the next one last: shifting a few neighbours is cheaper than sifting. */
const SORTED_MOST = 24;

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
  /** False as long as no more than `SORTED_MOST` have ever waited. */
  private heaped = false;
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
    if (!this.heaped) {
      if (this.length < SORTED_MOST) {
        this.insert(this.fill(this.heapSlots[this.length] as number, kind, subject, stamp), time);
        return;
      }
      this.becomeHeap();
    }
    const atRoot = this.hole;
    if (!atRoot && this.length === this.heapTimes.length) this.grow();
    const position = atRoot ? 0 : this.length++;
    const slot = this.heapSlots[position] as number;
    this.fill(slot, kind, subject, stamp);
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
    const place = this.heaped ? 0 : --this.length;
    const slot = this.heapSlots[place] as number;
    this.time = this.heapTimes[place] as number;
    const { data } = this;
    const base = slot * STRIDE;
    this.kind = data[base] as number;
    this.subject = data[base + 1] as number;
    this.stamp = data[base + 2] as number;
    this.hole = this.heaped;
    return true;
  }

  /** Time of the next event; Infinity if there is none. */
  peekTime(): number {
    if (this.hole) this.closeHole();
    if (this.length === 0) return Number.POSITIVE_INFINITY;
    return this.heapTimes[this.heaped ? 0 : this.length - 1] as number;
  }

  private fill(slot: number, kind: number, subject: number, stamp: number): number {
    const { data } = this;
    const base = slot * STRIDE;
    this.sequences[slot] = this.nextSequence++;
    data[base] = kind;
    data[base + 1] = subject;
    data[base + 2] = stamp;
    return slot;
  }

  /** Into the sorted entries, before (so that it is taken after) all that are not later. */
  private insert(slot: number, time: number): void {
    const times = this.heapTimes;
    const slots = this.heapSlots;
    let place = this.length++;
    while (place > 0 && (times[place - 1] as number) <= time) {
      times[place] = times[place - 1] as number;
      slots[place] = slots[place - 1] as number;
      place--;
    }
    times[place] = time;
    slots[place] = slot;
  }

  /** Sorted the other way round, the entries are a heap. */
  private becomeHeap(): void {
    this.heaped = true;
    this.heapTimes.subarray(0, this.length).reverse();
    this.heapSlots.subarray(0, this.length).reverse();
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
