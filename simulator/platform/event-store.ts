/** What becomes of each event, in typed arrays: one row per offered event, lane by lane in the order of arrival. */
export const UNFINISHED = 0;
export const DONE = 1;
export const EXPIRED = 2;
export const DEAD = 3;
export const SHED_OUTCOME = 4;
export const REFUSED = 5;
export const OUTCOME_NAMES = ['unfinished', 'done', 'expired', 'dead', 'shed', 'refused'] as const;

export class EventStore {
  readonly count: number;
  /** First row of each lane; the last entry is the number of all rows. */
  readonly offsets: Int32Array;
  readonly arrivedAt: Float64Array;
  /** What an event's luck is drawn by, so that it is the same in whichever lane a system puts it. */
  readonly identity: Int32Array;
  /** NaN while there is no outcome. */
  readonly settledAt: Float64Array;
  readonly outcome: Uint8Array;
  /** 1 if the event waited for the init of an environment, in any of its receives. */
  readonly cold: Uint8Array;
  readonly lane: Uint16Array;
  readonly receives: Uint8Array;
  /** Invocations that a split chain has still to make. */
  readonly hopsLeft: Uint8Array;
  /** 1 if the event's chain runs split: it ends in the form that it began in. */
  readonly isSplit: Uint8Array;
  /** Since when the message can be received. */
  readonly visibleSince: Float64Array;
  /** The next in the queue or in the batch: an event is in one of the two at most. */
  readonly next: Int32Array;
  settled = 0;

  constructor(arrivals: readonly Float64Array[], identities: readonly (Int32Array | undefined)[] = []) {
    this.offsets = new Int32Array(arrivals.length + 1);
    arrivals.forEach((each, lane) => {
      this.offsets[lane + 1] = (this.offsets[lane] as number) + each.length;
    });
    const count = this.offsets[arrivals.length] as number;
    this.count = count;
    this.arrivedAt = new Float64Array(count);
    this.identity = new Int32Array(count);
    for (let event = 0; event < count; event++) this.identity[event] = event;
    identities.forEach((each, lane) => {
      if (each !== undefined) this.identity.set(each, this.offsets[lane]);
    });
    this.lane = new Uint16Array(count);
    arrivals.forEach((each, lane) => {
      this.arrivedAt.set(each, this.offsets[lane]);
      this.lane.fill(lane, this.offsets[lane], this.offsets[lane + 1]);
    });
    this.settledAt = new Float64Array(count).fill(Number.NaN);
    this.outcome = new Uint8Array(count);
    this.cold = new Uint8Array(count);
    this.receives = new Uint8Array(count);
    this.hopsLeft = new Uint8Array(count);
    this.isSplit = new Uint8Array(count);
    this.visibleSince = new Float64Array(count);
    this.next = new Int32Array(count);
  }

  /** Exactly once for each event. */
  settle(event: number, outcome: number, now: number): void {
    if (this.outcome[event] !== UNFINISHED) throw new Error(`event ${event} has two outcomes`);
    this.outcome[event] = outcome;
    this.settledAt[event] = now;
    this.settled++;
  }
}
