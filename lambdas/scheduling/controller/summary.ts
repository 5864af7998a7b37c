/** One line's worth of figures about a step. */
import type { StepResult } from './core';

/** Reasons for which the last plan is held instead of a new one made. */
const HOLDS: ReadonlySet<string> = new Set(['inputs-unavailable', 'stale-inputs', 'not-observed']);
/** A change of an earlier step that AWS took and gave up. */
const GIVEN_UP = 'warm-failed';
/** What is no failure of a change. */
const GOOD: ReadonlySet<string> = new Set(['done', 'dry-run']);

export interface StepSummary {
  /** 1 where the last plan is held, else 0. */
  readonly held: number;
  /** Changes that were asked for and refused, or taken and given up. */
  readonly failedChanges: number;
}

/** A step that was switched off or was another's decides nothing, which is as it should be. */
export function summarise(result: StepResult): StepSummary {
  if (result.status !== 'decided') return { held: 0, failedChanges: 0 };
  const { reasons, outcome } = result.decision;
  return {
    held: reasons.some(({ code }) => HOLDS.has(code)) ? 1 : 0,
    failedChanges:
      outcome.filter((each) => !GOOD.has(each.result)).length + reasons.filter(({ code }) => code === GIVEN_UP).length,
  };
}
