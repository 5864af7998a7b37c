/**
 * The clairvoyant (D7): all arrivals known, the same actuators. For each level apart, the schedule of provisioned minutes, each stay of
 * five or more, that makes idle + θ · cold least, by dynamic programming over minutes (after Lu and Chen, arXiv 1112.0442). Levels are
 * not made to nest, so it is a bound rather than a policy.
 */
import { busyFromBefore } from './judge';
import type { LevelPath } from './path';

const LEAST_MINUTES = 5;
/** States: provisioned for 1, 2, … 5 or more minutes, then on demand without an environment, on demand with one. */
const FRESH = LEAST_MINUTES;
const USED = LEAST_MINUTES + 1;
const STATES = LEAST_MINUTES + 2;

export interface Clairvoyance {
  readonly idleSeconds: number;
  readonly cold: number;
}

export interface ClairvoyantSetting {
  readonly keepAliveSeconds: number;
  /** Seconds of idle time that one cold start is worth. */
  readonly theta: number;
  readonly fromMinute: number;
  /** Whether idle time on demand counts (resident), or only provisioned idle time (billed). */
  readonly counts: 'resident' | 'billed';
}

export function clairvoyantAll(path: LevelPath, setting: ClairvoyantSetting): Clairvoyance {
  let idleSeconds = 0;
  let cold = 0;
  for (let level = 1; level <= path.levels; level++) {
    const own = clairvoyantLevel(path, level, setting);
    idleSeconds += own.idleSeconds;
    cold += own.cold;
  }
  return { idleSeconds, cold };
}

/** What a minute on demand comes to: with an environment that was last busy at `lastEnd`, or with none (-Infinity). */
function onDemandMinute(path: LevelPath, level: number, minute: number, lastEnd: number, setting: ClairvoyantSetting) {
  const { keepAliveSeconds: keepAlive, counts } = setting;
  const at = (level - 1) * path.minutes + minute;
  const busy = path.busySeconds[at] as number;
  const begins = 60 * minute;
  if (busy === 0) {
    const idle = Math.max(0, Math.min(begins + 60, lastEnd + keepAlive) - begins);
    return { idle: counts === 'resident' ? idle : 0, cold: 0 };
  }
  const continues = busyFromBefore(path, level, minute);
  const first = path.firstUp[at] as number;
  const end = path.lastBusy[at] as number;
  const before = continues ? 0 : Math.max(0, Math.min(first, lastEnd + keepAlive) - Math.max(begins, lastEnd));
  const idle = before + (end - (continues ? begins : first) - busy) + Math.min(begins + 60, end + keepAlive) - end;
  return { idle: counts === 'resident' ? idle : 0, cold: !continues && first - lastEnd > keepAlive ? 1 : 0 };
}

export function clairvoyantLevel(path: LevelPath, level: number, setting: ClairvoyantSetting): Clairvoyance {
  const { minutes } = path;
  const { theta, fromMinute, keepAliveSeconds, counts } = setting;
  let cost = new Float64Array(STATES).fill(Number.POSITIVE_INFINITY);
  let idle = new Float64Array(STATES);
  let cold = new Float64Array(STATES);
  cost[FRESH] = 0;
  /** End of the last busy time before the minute, whoever served it. */
  let lastBusyEnd = Number.NEGATIVE_INFINITY;
  for (let minute = 0; minute < minutes; minute++) {
    const at = (level - 1) * minutes + minute;
    const busy = path.busySeconds[at] as number;
    const nextCost = new Float64Array(STATES).fill(Number.POSITIVE_INFINITY);
    const nextIdle = new Float64Array(STATES);
    const nextCold = new Float64Array(STATES);
    const counted = minute >= fromMinute;
    const reach = (from: number, to: number, addIdle: number, addCold: number) => {
      const more = counted ? addIdle + theta * addCold : 0;
      const total = (cost[from] as number) + more;
      if (total >= (nextCost[to] as number)) return;
      nextCost[to] = total;
      nextIdle[to] = (idle[from] as number) + (counted ? addIdle : 0);
      nextCold[to] = (cold[from] as number) + (counted ? addCold : 0);
    };
    const held = 60 - busy;
    const left = counts === 'resident' ? Math.max(0, lastBusyEnd + keepAliveSeconds - 60 * minute) : 0;
    for (let age = 0; age < LEAST_MINUTES; age++) reach(age, Math.min(age + 1, LEAST_MINUTES - 1), held, 0);
    reach(FRESH, 0, held, 0);
    reach(USED, 0, held + left, 0);
    const fresh = onDemandMinute(path, level, minute, Number.NEGATIVE_INFINITY, setting);
    const used = onDemandMinute(path, level, minute, lastBusyEnd, setting);
    for (const from of [LEAST_MINUTES - 1, FRESH]) reach(from, busy > 0 ? USED : FRESH, fresh.idle, fresh.cold);
    reach(USED, USED, used.idle, used.cold);
    cost = nextCost;
    idle = nextIdle;
    cold = nextCold;
    if (busy > 0) lastBusyEnd = path.lastBusy[at] as number;
  }
  let best = 0;
  for (let state = 1; state < STATES; state++) if ((cost[state] as number) < (cost[best] as number)) best = state;
  return { idleSeconds: idle[best] as number, cold: cold[best] as number };
}
