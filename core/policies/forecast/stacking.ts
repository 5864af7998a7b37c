/**
 * Stacked regression (Wolpert 1992, Breiman 1996): what the members say, and what demand has lately been, as the inputs of one
 * linear regression of the target itself. It learns which member to believe, and how much of a rise goes on, at this very lead.
 */
import { applyWeights, type LeastSquaresState } from './least-squares';

export interface StackInputs {
  /** The members' average. The regression is of differences from it, so that it does not depend on the level. */
  readonly base: number;
  readonly inputs: readonly number[];
}

/** Averages of the last so many minutes are inputs. */
const AVERAGED_MINUTES = [5, 15, 60] as const;
const PEAK_MINUTES = 5;
export const REMEMBERED_MINUTES = 60;
/** The constant input is small, so that a lasting bias is learnt slowly. */
const CONSTANT = 0.1;
/** The regression may correct the members' average by a factor of e. */
const MOST_CORRECTION = 1;

/** At first: the members' average. */
export function firstStackWeights(members: number): number[] {
  return new Array<number>(1 + members + 1 + AVERAGED_MINUTES.length).fill(0);
}

/** `recent`: the last values, newest last, at least one. */
export function stackInputs(points: readonly number[], recent: readonly number[]): StackInputs {
  const base = mean(points);
  const inputs = [CONSTANT, ...points.map((point) => point - base), Math.max(...recent.slice(-PEAK_MINUTES)) - base];
  for (const minutes of AVERAGED_MINUTES) inputs.push(mean(recent.slice(-minutes)) - base);
  return { base, inputs };
}

export function stackPoint({ weights }: LeastSquaresState, { base, inputs }: StackInputs): number {
  return base + Math.max(-MOST_CORRECTION, Math.min(MOST_CORRECTION, applyWeights(weights, inputs)));
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
