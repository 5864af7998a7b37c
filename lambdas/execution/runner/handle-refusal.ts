/** A write that failed its condition: read what is there, and do what `decideRefusal` says. */
import { RetryableError } from '../../../core/contracts/errors';
import type { Position } from '../../../core/contracts/event';
import type { LedgerRecord, Progress } from '../../../core/contracts/ledger';
import { decideRefusal } from '../../../core/policies/decide-refusal';
import type { LocatedChain } from '../../../core/units/choose-chain';
import { findChain } from '../../../core/units/choose-chain';
import { sendPositions } from './settle';
import type { Runner, Settled, Work } from './types';

/** Fails with a `RetryableError` where nothing that is there answers for this message. */
export async function handleRefusal(runner: Runner, work: Work): Promise<Settled> {
  const [record] = await runner.ports.records.read([keyOf(work)]);
  const settled = await settleByRecord(runner, work, record);
  if (settled !== undefined) return settled;
  throw new RetryableError('the commit was refused, and nothing is there that explains it');
}

/** What a record says about a message; `undefined` where the message's own work is still to be done. */
export async function settleByRecord(
  runner: Runner,
  work: Work,
  record: LedgerRecord | undefined,
): Promise<Settled | undefined> {
  const { envelope, position } = work.delivery.message;
  const { decision, reason } = decideRefusal(record, envelope, position);
  switch (decision.action) {
    case 'acknowledge':
      return { status: 'repeat' };
    case 'quarantine':
      return { status: 'quarantined', refused: { work, reason } };
    case 'send-position':
      return sendPositions(runner, work, [decision.position]);
    case 'send-rest':
      return sendPositions(runner, work, restOf(runner, decision.progress));
    case 'retry':
      return undefined;
  }
}

/** The branches missing of the stage that progress stands at, or the stage as a whole, which is its join. */
export function restOfStage(located: LocatedChain, progress: Progress): readonly Position[] {
  const { position } = progress;
  const stage = located.chain.stages[position.stage];
  if (stage === undefined || !('branches' in stage)) return [position];
  const missing = Object.keys(stage.branches).filter((name) => !Object.hasOwn(progress.branches, name));
  return missing.length === 0 ? [position] : missing.map((branch) => ({ ...position, branch }));
}

function restOf(runner: Runner, progress: Progress): readonly Position[] {
  const located = findChain(runner.settings.chains, progress.position);
  return located === undefined ? [progress.position] : restOfStage(located, progress);
}

export function keyOf({ delivery }: Work) {
  const { key, generation } = delivery.message.envelope;
  return { key, generation };
}
