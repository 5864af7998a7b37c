/** Faults of single invocations, each at a place of its own, which end the way that Lambda says it does. */
import type { Hook, Operation } from '../../adapters/memory';
import type { IncidentKind } from '../../core/contracts/incident';
import type { Parts } from '../saga/functions';
import type { HowEnded } from './log-lines';

/** What the cells of the matrix inject, and as what the monitor has to diagnose it. */
export const KIND_OF = {
  InvalidBucketName: 'missing-resource',
  TypeError: 'code',
  AccessDenied: 'permission',
  'time-out': 'time-out',
  'invocation error': 'invocation',
  'out of memory': 'out-of-memory',
  'lost write': 'dependency',
} as const satisfies Readonly<Record<string, IncidentKind>>;
export type StruckWith = keyof typeof KIND_OF;
export const STRUCK_WITH = Object.keys(KIND_OF) as readonly StruckWith[];

/** At which call of the invocation. `outside` is the payment provider. */
export const PLACES = ['first call', 'before its write', 'after its write', 'after outside'] as const;
export type Place = (typeof PLACES)[number];

export interface Strike {
  readonly fault: StruckWith;
  readonly place: Place;
  /** Of a lost write: whoever looks whether it is there is told that it is. A double of the look, for the proof that it matters. */
  readonly isHidden?: boolean;
  /** Told once, when it happens. */
  struck(): void;
}

const WRITES: readonly string[] = ['states.commitIfCurrent', 'records.commit'];

/** The parts with this fault in the invocation's way, beside whatever else goes wrong with its calls. */
export function withStrike(parts: Parts, strike: Strike): Parts {
  const { faults, stage } = parts;
  let isDue = true;
  let isLying = false;
  const isHere = (operation: Operation, when: 'before' | 'after'): boolean => isDue && isAt(strike, operation, when);
  const hookOf: Parts['faults']['hookOf'] = (process, dies, outlives): Hook => {
    const others = faults.hookOf(process, dies, outlives);
    const happen = (): Promise<undefined | { readonly answer: unknown }> => {
      isDue = false;
      faults.others += 1;
      strike.struck();
      switch (strike.fault) {
        case 'lost write':
          isLying = strike.isHidden === true;
          return Promise.resolve({ answer: { status: 'committed' } });
        case 'time-out':
          return stage.hang(process);
        case 'invocation error':
        case 'out of memory':
          dies('Runtime.ExitError');
          return stage.hang(process);
        default:
          return Promise.reject(Object.assign(new Error('thrown'), { name: strike.fault }));
      }
    };
    return {
      before: async (operation) => {
        if (isLying && operation.name === 'read') return { answer: thereAsSaid(operation) };
        const instead = await others.before?.(operation);
        if (instead !== undefined || !isHere(operation, 'before')) return instead;
        return happen();
      },
      after: async (operation, answer) => {
        await others.after?.(operation, answer);
        if (isHere(operation, 'after')) await happen();
      },
    };
  };
  return { ...parts, faults: { ...bound(faults), hookOf } };
}

/** What a look would find if the write had been made. */
const thereAsSaid = ({ port }: Operation): unknown =>
  port === 'records' ? [{ outcome: {} }] : { version: Number.MAX_SAFE_INTEGER };

/** The methods of a class do not come along by a spread. */
function bound(faults: Parts['faults']): Parts['faults'] {
  return {
    counts: faults.counts,
    others: faults.others,
    total: () => faults.total(),
    heal: () => faults.heal(),
    drawOf: (what) => faults.drawOf(what),
    hookOf: faults.hookOf.bind(faults),
  };
}

function isAt({ fault, place }: Strike, { port, name }: Operation, when: 'before' | 'after'): boolean {
  const isWrite = WRITES.includes(`${port}.${name}`);
  if (fault === 'lost write') return when === 'before' && isWrite;
  switch (place) {
    case 'first call':
      return when === 'before';
    case 'before its write':
      return when === 'before' && isWrite;
    case 'after its write':
      return when === 'after' && isWrite;
    case 'after outside':
      return when === 'after' && port === 'payments';
  }
}

/** How Lambda would say that it ended. */
export function howEnded(error: string | undefined, struck: StruckWith | undefined, limitSeconds: number): HowEnded {
  if (error === undefined) return { how: 'well' };
  if (error === 'Sandbox.Timedout') return { how: 'timed out', seconds: limitSeconds };
  if (error === 'Runtime.ExitError') return { how: struck === 'out of memory' ? 'killed' : 'exited' };
  return { how: 'thrown', name: error };
}
