/** Equal spend (D4b): a system's knob for spending is turned until it costs what target tracking costs, and no more. */
import type { Knob } from '../systems/system';
import type { RunSummary } from './accounting';
import { type RunTask, runTask } from './run';
import { valueAt } from './tune';

export interface SpendTask extends RunTask {
  /** What may be spent in the window. */
  readonly dollars: number;
  readonly knob: SpendKnob;
  readonly steps: number;
}

/** `dearest`: at which end of its range it spends most. */
export interface SpendKnob extends Omit<Knob, 'usual'> {
  readonly dearest: 'least' | 'most';
}

export interface Spent {
  readonly value: number;
  readonly run: RunSummary;
  /** Even its cheapest setting costs more. */
  readonly over: boolean;
}

/** What each system spends more by, where there is more. Systems without one cost what they cost, and stand beside the table. */
export const SPEND_KNOBS: Readonly<Record<string, SpendKnob>> = {
  static: { name: 'quantile', least: 0.01, most: 1, scale: 'linear', dearest: 'most' },
  'tracking-average': { name: 'target', least: 0.1, most: 0.95, scale: 'linear', dearest: 'least' },
  'scheduled-tracking': { name: 'share', least: 0.05, most: 2, scale: 'log', dearest: 'most' },
  esmrm: { name: 'margin', least: 0.1, most: 3, scale: 'log', dearest: 'most' },
  triage: { name: 'fillShare', least: 0.1, most: 1, scale: 'log', dearest: 'least' },
};

/** The dearest setting within what may be spent, by halving the range: spending is taken to rise along it. */
export function findSpend({ dollars, knob, steps, ...task }: SpendTask, run = runTask): Spent {
  const at = (part: number) => {
    const value = valueAt(knob, knob.dearest === 'most' ? part : 1 - part);
    return { value, run: run({ ...task, knobs: { ...task.knobs, [knob.name]: value } }) };
  };
  const isWithin = (each: { readonly run: RunSummary }) => each.run.dollars.total <= dollars;
  const dearest = at(1);
  if (isWithin(dearest)) return { ...dearest, over: false };
  let best = at(0);
  if (!isWithin(best)) return { ...best, over: true };
  let low = 0;
  let high = 1;
  for (let step = 0; step < steps; step++) {
    const middle = (low + high) / 2;
    const found = at(middle);
    if (isWithin(found)) {
      low = middle;
      best = found;
    } else high = middle;
  }
  return { ...best, over: false };
}
