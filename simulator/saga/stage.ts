/**
 * Asynchronous code in virtual time: many processes, each asleep or running, and time moves on only while none runs. Which one goes
 * next is the clock's to say, so that a seed gives one order of everything, always.
 */
import { VirtualClock } from '../asl';

export interface Process {
  /** Sleeps that it has begun and that have not ended: it runs when there are none. */
  asleep: number;
  /** Of the stage's count of those that run. */
  counted: boolean;
  /** Nothing of it goes on any more. */
  dead: boolean;
}

const DONE = Promise.resolve();

export class Stage {
  readonly clock = new VirtualClock();
  private running = 0;
  private isDue = false;
  private mustYield = false;
  private over: (() => void) | undefined;

  /** Until nothing is due any more and nothing runs. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.over = resolve;
      this.moveOn();
      setImmediate(this.watch);
    });
  }

  /** A new process that does this; `ended` hears of it only if it lives to the end. */
  spawn<Made>(
    work: (process: Process) => Promise<Made>,
    ended: (made: Made) => void,
    failed: (error: unknown) => void,
  ): Process {
    const process: Process = { asleep: 0, counted: true, dead: false };
    this.running += 1;
    work(process).then(
      (made) => {
        if (process.dead) return;
        this.kill(process);
        ended(made);
      },
      (error: unknown) => {
        if (process.dead) return;
        this.kill(process);
        failed(error);
      },
    );
    return process;
  }

  sleep(process: Process, ms: number): Promise<void> {
    this.rest(process);
    return new Promise((resolve) => {
      this.clock.after(ms, () => {
        this.wake(process);
        // What died while asleep does not wake up; what it had sent on its way may still arrive: see `faults.ts`.
        resolve();
      });
    });
  }

  /** Asleep for ever: only its death ends it. */
  hang(process: Process): Promise<never> {
    this.rest(process);
    return new Promise(() => {});
  }

  kill(process: Process): void {
    process.dead = true;
    this.uncount(process);
  }

  private rest(process: Process): void {
    process.asleep += 1;
    this.uncount(process);
  }

  private wake(process: Process): void {
    process.asleep -= 1;
    if (process.asleep > 0 || process.dead) {
      // It does not run on, but what it waited for happens now: before time does.
      this.mustYield = true;
      return;
    }
    process.counted = true;
    this.running += 1;
  }

  private uncount(process: Process): void {
    if (!process.counted) return;
    process.counted = false;
    this.running -= 1;
    this.moveOn();
  }

  private moveOn(): void {
    if (this.isDue || this.running > 0) return;
    this.isDue = true;
    // As `queueMicrotask` does, without its context of asynchronous hooks, which would take a tenth of all time.
    void DONE.then(this.advance);
  }

  private readonly advance = (): void => {
    this.isDue = false;
    while (this.running === 0) {
      if (!this.clock.step()) {
        this.over?.();
        this.over = undefined;
        return;
      }
      if (this.mustYield) {
        this.mustYield = false;
        this.moveOn();
        return;
      }
    }
  };

  /** Comes only when no promise can go on: whoever is still counted waits for something that is not here, as after a lost answer. */
  private readonly watch = (): void => {
    if (!this.over) return;
    this.running = 0;
    this.advance();
    setImmediate(this.watch);
  };
}
