/** What can go wrong with a call, drawn by one rate for all kinds, and how a process that makes calls feels it. */
import type { Hook, Operation } from '../../adapters/memory';
import { Xoshiro128 } from '../engine';
import type { Process, Stage } from './stage';

/** Around one call of a port. */
export const CALL_FAULTS = [
  /** Not carried out; an error says so. */
  'refused',
  /** Carried out; an error in the place of the answer. */
  'answer lost',
  /** Not carried out; no answer until the function's own time-out ends it. */
  'hung',
  /** Carried out; no answer until the function's own time-out ends it. */
  'done and hung',
  /** Carried out half a minute later, when the function that asked is long dead. */
  'late',
  /** Carried out half a minute later; the function was given up, lives on, and goes on then. */
  'late and alive',
  /** The function dies before the call. */
  'died before',
  /** The function dies after the call was carried out. */
  'died after',
] as const;
/** Of the store's writes. */
export const WRITE_FAULTS = ['conflict'] as const;
/** Of the payment provider. */
export const PROVIDER_FAULTS = ['unknown, not done', 'unknown, done'] as const;
/** Of the invocation of a function. */
export const INVOCATION_FAULTS = ['throttled', 'invoked twice', 'return lost'] as const;
/** Of the message that starts a saga. */
export const DELIVERY_FAULTS = ['delivered twice'] as const;
export const FAULTS = [
  ...CALL_FAULTS,
  ...WRITE_FAULTS,
  ...PROVIDER_FAULTS,
  ...INVOCATION_FAULTS,
  ...DELIVERY_FAULTS,
] as const;
export type Fault = (typeof FAULTS)[number];
export type FaultCounts = Record<Fault, number>;

export const noFaults = (): FaultCounts => Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as FaultCounts;

const WRITES: readonly string[] = ['begin', 'put', 'commitIfCurrent', 'markStale', 'markFailed'];
const OF_CALLS: readonly Fault[] = CALL_FAULTS;
const OF_WRITES: readonly Fault[] = [...CALL_FAULTS, ...WRITE_FAULTS];
/** Its own kinds more often: it is called seldom. */
const OF_PROVIDER: readonly Fault[] = [...CALL_FAULTS, ...PROVIDER_FAULTS, ...PROVIDER_FAULTS, ...PROVIDER_FAULTS];
const OF_INVOCATIONS: readonly Fault[] = INVOCATION_FAULTS;
const OF_DELIVERIES: readonly Fault[] = DELIVERY_FAULTS;

/** Every other call takes some time; the rest is as good as at once. */
const SLOW_SHARE = 0.5;
const SLOWEST_MS = 25;
/** Beyond the task's time-out of 20 s; in all below the time that the provider remembers a key for. */
const LATE_LEAST_MS = 22_000;
const LATE_SPAN_MS = 14_000;

/** What an invocation needs of it: a simulation of its own may put other faults around single ones. */
export type Faults = Pick<FaultSource, 'counts' | 'others' | 'total' | 'heal' | 'drawOf' | 'hookOf'>;

export class FaultSource {
  readonly counts = noFaults();
  /** Faults that somebody else injected. */
  others = 0;
  private readonly random: Xoshiro128;

  constructor(
    seed: number,
    private rate: number,
    private readonly stage: Stage,
  ) {
    this.random = new Xoshiro128(seed, 7);
  }

  total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, this.others);
  }

  /** From now on nothing goes wrong any more. */
  heal(): void {
    this.rate = 0;
  }

  /** Of the invocation of a function, or of a delivery. */
  drawOf(what: 'invocation' | 'delivery'): Fault | undefined {
    return this.draw(what === 'invocation' ? OF_INVOCATIONS : OF_DELIVERIES);
  }

  /** Around every call of this process. `dies` ends it; `outlives` says that it was given up and is alive. */
  hookOf(process: Process, dies: (error: string) => void, outlives: () => void): Hook {
    let after: Map<Operation, Fault> | undefined;
    return {
      before: (operation) => {
        if (process.dead) return this.stage.hang(process);
        const fault = this.draw(faultsOf(operation));
        if (fault === undefined) return this.delay(process);
        switch (fault) {
          case 'refused':
            return Promise.reject(new Error('ThrottlingException'));
          case 'conflict':
            return Promise.resolve({ answer: { status: 'conflict' } });
          case 'unknown, not done':
            return Promise.resolve({ answer: { status: 'unknown', words: 'timed out before the provider had it' } });
          case 'hung':
            return this.stage.hang(process);
          case 'died before':
            dies('Runtime.ExitError');
            return this.stage.hang(process);
          case 'late and alive':
            outlives();
            return this.late(process);
          case 'late':
            return this.late(process);
          default:
            after ??= new Map();
            after.set(operation, fault);
            return this.delay(process);
        }
      },
      after: (operation) => {
        if (process.dead) return this.stage.hang(process);
        const fault = after?.get(operation);
        switch (fault) {
          case undefined:
            return NOTHING;
          case 'answer lost':
            return Promise.reject(new Error('TimeoutError'));
          case 'unknown, done':
            return Promise.reject(new LostAnswer());
          case 'died after':
            dies('Runtime.ExitError');
            return this.stage.hang(process);
          default:
            return this.stage.hang(process);
        }
      },
    };
  }

  private draw(kinds: readonly Fault[]): Fault | undefined {
    if (this.rate === 0 || this.random.next() >= this.rate) return undefined;
    const fault = kinds[Math.floor(this.random.next() * kinds.length)] as Fault;
    this.counts[fault] += 1;
    return fault;
  }

  private delay(process: Process): Promise<undefined> {
    if (this.random.next() >= SLOW_SHARE) return NOTHING;
    return this.stage.sleep(process, this.random.next() * SLOWEST_MS) as Promise<undefined>;
  }

  private late(process: Process): Promise<undefined> {
    return this.stage.sleep(process, LATE_LEAST_MS + this.random.next() * LATE_SPAN_MS) as Promise<undefined>;
  }
}

const NOTHING = Promise.resolve(undefined);

/** The provider carried it out, and its client cannot tell: the provider's own port makes `unknown` of it. */
export class LostAnswer extends Error {}

function faultsOf({ port, name }: Operation): readonly Fault[] {
  if (port === 'payments') return OF_PROVIDER;
  return port === 'states' && WRITES.includes(name) ? OF_WRITES : OF_CALLS;
}
