/** Which rules are set next: each kind keeps to a schedule, and is pressed harder the further it is behind it. Pure. */
import type { FaultAction, FaultRule } from '../../local/faults/rules';
import type { Random } from '../workload/random';
import { actionsOf, type Target } from './targets';

/** More than what is owed is offered, since not every rule meets its call before the next wave. */
const OFFERED_PER_OWED = 3;
/** Never so many of one kind at once that nothing gets through. */
const MOST_OFFERED = 8;
const MOST_SKIPPED = 2;
const BEFORE_ONLY: readonly FaultAction[] = ['error', 'throttle', 'conflict', 'refuse'];
const DELAY_MS: Readonly<Record<string, readonly [number, number]>> = {
  // Around the functions' clients' time-out, which is a second: some are only late, some are given up and executed all the same.
  delay: [200, 2_000],
  // Around the shortest function's time-out, which is two seconds.
  pause: [200, 4_000],
};

export interface WaveInput {
  readonly actions: readonly FaultAction[];
  readonly targets: readonly Target[];
  /** How many strikes each action is behind its schedule. */
  readonly owed: (action: FaultAction) => number;
  readonly random: Random;
  /** Nothing that takes long to be repaired. */
  readonly isQuick: boolean;
  /** Makes the names of the rules one wave's own. */
  readonly wave: number;
}

export function planWave({ actions, targets, owed, random, isQuick, wave }: WaveInput): FaultRule[] {
  const rules = actions.flatMap((action) => {
    const open = targets.filter((target) => actionsOf(target, isQuick).includes(action));
    const count = Math.min(MOST_OFFERED, OFFERED_PER_OWED * Math.ceil(Math.max(0, owed(action))), open.length);
    // Where there are few places, each call counts.
    const mostSkipped = open.length > MOST_OFFERED ? MOST_SKIPPED : 0;
    return sample(open, count, random).map((target) => ruleOf(action, target, random, { wave, mostSkipped }));
  });
  // The first rule that matches strikes: so that no kind is always first.
  return sample(rules, rules.length, random);
}

function ruleOf(
  action: FaultAction,
  { what, call, noLieAbout }: Target,
  random: Random,
  { wave, mostSkipped }: { readonly wave: number; readonly mostSkipped: number },
): FaultRule {
  const [least, most] = DELAY_MS[action] ?? [0, 0];
  const after = !BEFORE_ONLY.includes(action) && (action === 'lose-answer' || random() < 0.5);
  const skip = Math.floor(random() * (mostSkipped + 1));
  const delayMs = Math.round(least + (most - least) * random());
  const when = after ? 'after' : 'before';
  return {
    name: `${wave}: ${action}: ${what}`,
    ...call,
    ...(action === 'lie' && noLieAbout !== undefined ? { bodyLacks: noLieAbout } : {}),
    action,
    when,
    skip,
    times: 1,
    ...(delayMs > 0 ? { delayMs } : {}),
  };
}

function sample<T>(all: readonly T[], count: number, random: Random): T[] {
  const left = [...all];
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}

/** Of strikes so far, the schedule's part at this moment: it is a little ahead of what the run must have in the end. */
export function owedAt(least: number, elapsedSeconds: number, stormSeconds: number, struck: number): number {
  const AHEAD = 1.4;
  return Math.min(1, (AHEAD * elapsedSeconds) / stormSeconds) * Math.ceil(AHEAD * least) - struck;
}
