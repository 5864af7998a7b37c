/** Built-in workloads, as demand per minute relative to its greatest. Real ones come from traces. */
import { Xoshiro128 } from '../engine';

/** `training` is what systems are tuned on, and in no table. `phases`: normal, surge and high load in turn, as ESMRM's evaluation has them. `bursts`: a Markov-modulated Poisson process. `diurnal`: a day's rhythm in an hour. */
export type WorkloadName = 'phases' | 'bursts' | 'diurnal' | 'steady' | 'training';
export const WORKLOADS: readonly WorkloadName[] = ['phases', 'bursts', 'diurnal'];

export function relativeRates(name: WorkloadName | 'trace', minutes: number, seed: number): number[] {
  if (name === 'phases') return Array.from({ length: minutes }, (_, minute) => phase(minute % 30));
  if (name === 'diurnal') return Array.from({ length: minutes }, (_, minute) => day((minute % 60) / 60));
  if (name === 'steady') return new Array<number>(minutes).fill(1);
  if (name === 'bursts') return bursts(minutes, new Xoshiro128(seed, 300));
  if (name === 'training') return training(minutes, new Xoshiro128(seed, 301));
  throw new RangeError('a trace brings its own rates');
}

/** Half an hour: 12 min of normal load, a rise of 3 min, 5 min at the top, 10 min of high load. */
function phase(minute: number): number {
  if (minute < 12) return 0.3;
  if (minute < 15) return 0.3 + (0.7 * (minute - 11)) / 4;
  return minute < 20 ? 1 : 0.6;
}

/** One peak, with a shoulder; the least is a fifth of the greatest. */
function day(part: number): number {
  const wave = 0.5 - 0.5 * Math.cos(2 * Math.PI * part);
  const shoulder = 0.5 - 0.5 * Math.cos(4 * Math.PI * part);
  return 0.2 + 0.8 * Math.min(1, 0.85 * wave ** 1.5 + 0.15 * shoulder);
}

/** Three states with exponential stays: quiet 8 min at .25, busy 4 min at .6, burst 2 min at 1; changes fall on minutes. */
function bursts(minutes: number, uniforms: Xoshiro128): number[] {
  const states = [
    { rate: 0.25, stay: 8 },
    { rate: 0.6, stay: 4 },
    { rate: 1, stay: 2 },
  ] as const;
  const rates: number[] = [];
  let state = 0;
  while (rates.length < minutes) {
    const { rate, stay } = states[state] ?? states[0];
    const stays = Math.max(1, Math.round(stay * uniforms.exponential()));
    for (let minute = 0; minute < stays; minute++) rates.push(rate);
    const up = uniforms.next() < 0.5;
    state = state === 1 ? (up ? 2 : 0) : state === 0 ? (up ? 1 : 2) : up ? 1 : 0;
  }
  return rates.slice(0, minutes);
}

/** Levels of .15 to 1 for 2 min and more, 5 in the mean, reached at once or, every other time, over 1 to 6 min. The greatest becomes 1. */
function training(minutes: number, uniforms: Xoshiro128): number[] {
  const rates: number[] = [];
  let level = 0.4;
  while (rates.length < minutes) {
    const to = 0.15 + 0.85 * uniforms.next();
    const rise = uniforms.next() < 0.5 ? 0 : 1 + Math.floor(6 * uniforms.next());
    for (let minute = 1; minute <= rise; minute++) rates.push(level + ((to - level) * minute) / (rise + 1));
    const stay = 2 + Math.round(3 * uniforms.exponential());
    for (let minute = 0; minute < stay; minute++) rates.push(to);
    level = to;
  }
  const own = rates.slice(0, minutes);
  const most = Math.max(...own);
  return own.map((rate) => rate / most);
}
