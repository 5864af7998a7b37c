/** What a writer does whose condition failed: it reads what is there, and this decides. */
import type { Envelope, Position } from '../contracts/event';
import type { LedgerRecord, Progress } from '../contracts/ledger';

export type RefusalDecision =
  /** The event has its outcome, or a saga that will give it one: this message has nothing left to do. */
  | { readonly action: 'acknowledge' }
  /** The record belongs to another body under the same identity. */
  | { readonly action: 'quarantine' }
  /** The chain stands further on than this message: send that position, so that it goes on from there. */
  | { readonly action: 'send-position'; readonly position: Position }
  /** This message's branch is finished: send the branches missing, or the join where there are none. */
  | { readonly action: 'send-rest'; readonly progress: Progress }
  | { readonly action: 'retry' };

/** Stage that a message stands at; one without a position stands before the first. */
export function stageOf(position: Position | undefined): number {
  return position === undefined || position.form === 'fused' ? -1 : position.stage;
}

export function decideRefusal(
  record: LedgerRecord | undefined,
  envelope: Pick<Envelope, 'bodyDigest'>,
  position: Position | undefined,
): { readonly decision: RefusalDecision; readonly reason: string } {
  if (record?.outcome !== undefined) return afterOutcome(record.outcome.bodyDigest, envelope.bodyDigest);
  const progress = record?.progress;
  if (progress === undefined) return { decision: { action: 'retry' }, reason: 'nothing is there' };
  if (progress.bodyDigest !== undefined && progress.bodyDigest !== envelope.bodyDigest)
    return { decision: { action: 'quarantine' }, reason: 'the identity is in progress with another body' };
  if (progress.coordinated !== undefined)
    return { decision: { action: 'acknowledge' }, reason: 'a saga has it, and its end gives the outcome' };
  if (progress.position.stage > stageOf(position))
    return {
      decision: { action: 'send-position', position: progress.position },
      reason: `progress is at stage ${progress.position.stage}`,
    };
  if (isFinishedBranch(progress, position))
    return { decision: { action: 'send-rest', progress }, reason: 'this branch is finished' };
  return { decision: { action: 'retry' }, reason: 'progress is no further than this message' };
}

function afterOutcome(there: string, own: string): { decision: RefusalDecision; reason: string } {
  return there === own
    ? { decision: { action: 'acknowledge' }, reason: 'it has an outcome' }
    : { decision: { action: 'quarantine' }, reason: 'the identity has an outcome with another body' };
}

function isFinishedBranch(progress: Progress, position: Position | undefined): boolean {
  return (
    position?.branch !== undefined &&
    progress.position.stage === position.stage &&
    Object.hasOwn(progress.branches, position.branch)
  );
}
