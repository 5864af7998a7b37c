/**
 * The form in which chains begin. Fused costs one invocation and one commit; split lets the stages and branches of one event run in
 * several environments at once, which shortens a burst's queue only where environments are free to take them.
 */
import type { LaneTerms } from '../../contracts/scheduling';
import type { PlanningParameters } from './parameters';

export interface ComposeInput {
  readonly terms: Pick<LaneTerms, 'ordered' | 'objectiveSeconds'>;
  readonly current: 'fused' | 'split';
  /** Time that the lane would take, at its present rate, for what waits in it. */
  readonly drainSeconds: number;
  /** Environments granted and not busy at the forecast demand. */
  readonly freeEnvironments: number;
}

/** To split, the backlog must be above the bound; to go back, below half of it: between the two the form stays as it is. */
export function compose(
  { terms, current, drainSeconds, freeEnvironments }: ComposeInput,
  { splitAboveShareOfObjective }: Pick<PlanningParameters, 'splitAboveShareOfObjective'>,
): 'fused' | 'split' {
  if (terms.ordered) return 'fused';
  const boundSeconds = splitAboveShareOfObjective * terms.objectiveSeconds;
  if (freeEnvironments < 1) return 'fused';
  if (drainSeconds > boundSeconds) return 'split';
  return drainSeconds < boundSeconds / 2 ? 'fused' : current;
}
