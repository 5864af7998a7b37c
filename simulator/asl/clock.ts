/** Virtual time: actions that are due later, carried out in order of time and, at one time, in the order in which they were asked for. */
import { Calendar } from '../engine';

/** Names a pending action; never 0. */
export type Timer = number;

export class VirtualClock {
  private readonly calendar = new Calendar();
  private readonly actions: ((() => void) | undefined)[] = [undefined];
  private readonly free: number[] = [];
  /** Generation of each slot: a timer whose action is over cannot cancel the one that came after it. */
  private readonly stamps: number[] = [0];

  get nowMs(): number {
    return this.calendar.time;
  }

  /** Carries it out once, `ms` from now. */
  after(ms: number, action: () => void): Timer {
    const slot = this.free.pop() ?? this.actions.length;
    const stamp = ((this.stamps[slot] ?? 0) + 1) & 0xffff;
    this.stamps[slot] = stamp;
    this.actions[slot] = action;
    this.calendar.push(this.calendar.time + ms, 0, slot, stamp);
    return slot * 0x1_0000 + stamp;
  }

  /** Nothing happens where it has been carried out or cancelled already. */
  cancel(timer: Timer): void {
    const slot = Math.floor(timer / 0x1_0000);
    if (this.stamps[slot] === (timer & 0xffff)) this.actions[slot] = undefined;
  }

  /** Moves on to the next action and carries it out; false where there is none. */
  step(): boolean {
    while (this.calendar.pop()) {
      const slot = this.calendar.subject;
      const action = this.actions[slot];
      this.actions[slot] = undefined;
      this.free.push(slot);
      if (action) {
        action();
        return true;
      }
    }
    return false;
  }

  /** Until nothing is due any more. */
  run(): void {
    while (this.step());
  }
}
