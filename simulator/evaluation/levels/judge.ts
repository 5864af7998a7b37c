/** What a plan of provisioned levels and a keep-alive come to on a path: cold starts, idle time, dollars, by block of minutes. */
import { LAMBDA_FACTS } from '../../platform/facts';
import { PLATFORM_PRICES } from '../../platform/prices';
import type { LevelPath } from './path';

export interface Totals {
  arrivals: number;
  cold: number;
  /** GB-seconds: of all environments that did nothing, and of those that were paid for meanwhile. */
  idleResident: number;
  idleBilled: number;
  dollars: number;
}

export const noTotals = (): Totals => ({ arrivals: 0, cold: 0, idleResident: 0, idleBilled: 0, dollars: 0 });

export function addTotals(parts: readonly Totals[]): Totals {
  const sum = noTotals();
  for (const each of parts) {
    sum.arrivals += each.arrivals;
    sum.cold += each.cold;
    sum.idleResident += each.idleResident;
    sum.idleBilled += each.idleBilled;
    sum.dollars += each.dollars;
  }
  return sum;
}

export interface JudgeSetting {
  readonly gigabytes: number;
  readonly initSeconds: number;
  readonly keepAliveSeconds: number;
  /** Minutes before it are run and not counted. */
  readonly fromMinute: number;
  readonly blockMinutes: number;
}

export interface LevelPlan {
  /** Provisioned and usable, by minute. */
  readonly provisioned: ArrayLike<number>;
  /** Provisioned and paid for, by minute: what was asked for and is not usable yet is; left out, what is usable. */
  readonly held?: ArrayLike<number>;
  /** What it costs to decide, each minute. */
  readonly dollarsPerMinute?: number;
  /** At least a minute; by minute, where it changes. */
  readonly keepAliveSeconds?: ArrayLike<number>;
}

/** Of an event, alike in every system: an invocation of its own, and a message sent, received and deleted. */
const DOLLARS_PER_EVENT = PLATFORM_PRICES.lambdaRequest + 3 * PLATFORM_PRICES.sqsRequest;
const BILLED_MINUTES = LAMBDA_FACTS.provisionedBillingSeconds / 60;

/** What a level costs in a minute, by what serves it. Idle time on demand is booked when it is known to be over. */
export function judgeLevels(path: LevelPath, plan: LevelPlan, setting: JudgeSetting): Totals[] {
  const { minutes, levels } = path;
  const blocks = Array.from({ length: Math.ceil((minutes - setting.fromMinute) / setting.blockMinutes) }, noTotals);
  const blockAt = (minute: number) => blocks[Math.floor((minute - setting.fromMinute) / setting.blockMinutes)];
  const { gigabytes, initSeconds } = setting;
  for (let minute = setting.fromMinute; minute < minutes; minute++) {
    const block = blockAt(minute);
    if (block === undefined) continue;
    block.arrivals += path.counts[minute] as number;
    block.dollars += (path.counts[minute] as number) * DOLLARS_PER_EVENT + (plan.dollarsPerMinute ?? 0);
  }
  const held = plan.held ?? plan.provisioned;
  const highest = Math.max(levels, ...Array.from(held));
  for (let level = 1; level <= highest; level++) {
    payForHolding(level, held, setting, minutes, blockAt);
    /** When the on-demand environment of this level was last busy; -Infinity: there is none. */
    let lastEnd = Number.NEGATIVE_INFINITY;
    let was = false;
    for (let minute = 0; minute < minutes; minute++) {
      const at = (level - 1) * minutes + minute;
      const busy = level > levels ? 0 : (path.busySeconds[at] as number);
      const is = level <= (plan.provisioned[minute] as number);
      const keepAlive = plan.keepAliveSeconds?.[minute] ?? setting.keepAliveSeconds;
      const block = minute < setting.fromMinute ? undefined : blockAt(minute);
      if (is) {
        if (!was && lastEnd > Number.NEGATIVE_INFINITY && block !== undefined)
          block.idleResident += gigabytes * Math.max(0, lastEnd + keepAlive - 60 * minute);
        lastEnd = Number.NEGATIVE_INFINITY;
        if (block !== undefined) {
          block.idleResident += gigabytes * (60 - busy);
          block.idleBilled += gigabytes * (60 - busy);
          block.dollars += gigabytes * busy * PLATFORM_PRICES.provisionedDurationGigabyteSecond;
        }
      } else {
        const idleUntil = Math.min(60 * (minute + 1), lastEnd + keepAlive);
        if (busy === 0) {
          if (block !== undefined) block.idleResident += gigabytes * Math.max(0, idleUntil - 60 * minute);
        } else {
          const first = path.firstUp[at] as number;
          // Busy from before: what runs is let run, also where it was provisioned until now.
          const continues = busyFromBefore(path, level, minute);
          const cold = !continues && first - lastEnd > keepAlive;
          const end = path.lastBusy[at] as number;
          if (block !== undefined) {
            if (cold) block.cold++;
            const begin = continues ? 60 * minute : first;
            const before = continues
              ? 0
              : Math.max(0, Math.min(first, lastEnd + keepAlive) - Math.max(60 * minute, lastEnd));
            const after = Math.min(60 * (minute + 1), end + keepAlive) - end;
            block.idleResident += gigabytes * (before + (end - begin - busy) + after);
            block.dollars += gigabytes * (busy + (cold ? initSeconds : 0)) * PLATFORM_PRICES.onDemandGigabyteSecond;
          }
          lastEnd = end;
        }
      }
      was = is;
    }
  }
  return blocks;
}

/** Each time that a level is held is rounded up to five minutes, with what is counted of it: a resize restarts no other level's. */
function payForHolding(
  level: number,
  held: ArrayLike<number>,
  { gigabytes, fromMinute }: JudgeSetting,
  minutes: number,
  blockAt: (minute: number) => Totals | undefined,
): void {
  const perMinute = 60 * gigabytes * PLATFORM_PRICES.provisionedGigabyteSecond;
  let run = 0;
  for (let minute = fromMinute; minute <= minutes; minute++) {
    if (minute < minutes && level <= (held[minute] as number)) {
      run++;
      const block = blockAt(minute);
      if (block !== undefined) block.dollars += perMinute;
    } else if (run > 0) {
      const block = blockAt(minute - 1);
      if (block !== undefined) block.dollars += perMinute * (Math.ceil(run / BILLED_MINUTES) * BILLED_MINUTES - run);
      run = 0;
    }
  }
}

/** The level was busy when the minute began. */
export function busyFromBefore(path: LevelPath, level: number, minute: number): boolean {
  if (minute === 0) return false;
  const at = (level - 1) * path.minutes + minute;
  const first = path.firstUp[at] as number;
  if (Number.isNaN(first)) return (path.busySeconds[at] as number) > 0;
  return (path.lastBusy[at - 1] as number) === 60 * minute && first > 60 * minute;
}
