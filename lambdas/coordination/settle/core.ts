/** A saga's last step, the same for all: the event that began it gets its outcome, on the condition that it has none. */
import { LostWriteError, RetryableError, TerminalError } from '../../../core/contracts/errors';
import type { Outcome } from '../../../core/contracts/ledger';
import { executionOf, type StepAnswer, type StepRequest } from '../../../core/contracts/saga';
import type { Records } from '../../../core/ports';

/** How the state machine says that it ends, and why, in words. */
export interface Ending {
  readonly end: 'DONE' | 'COMPENSATED';
  readonly reason: string;
}

const MOST_REASON_CHARACTERS = 500;

export async function settle(
  records: Pick<Records, 'read' | 'commit'>,
  request: StepRequest,
  ending: Ending,
  nowMs: number,
): Promise<StepAnswer> {
  const { event, saga, instance } = request.saga;
  const { key, generation, bodyDigest, acceptedAtMs, lane, tenant, source, id, type } = event;
  const outcome: Outcome = {
    kind: ending.end,
    reason: ending.reason.slice(0, MOST_REASON_CHARACTERS),
    bodyDigest,
    decidedAtMs: nowMs,
    acceptedAtMs,
    lane,
    tenant,
    source,
    id,
    type,
    chain: `${saga}@1`,
    writes: [],
    emits: [],
    contexts: [],
    ran: { instance, execution: executionOf(request.attempt) },
  };
  const result = await records.commit({ outcomes: [{ key, generation, outcome }], contexts: [] }, request.attempt);
  if (result.status === 'conflict') throw new RetryableError('the outcome met another commit');
  // Refused: ours, whose answer was lost, or somebody's. There is one, and that is what was asked for.
  const [record] = await records.read([{ key, generation }]);
  if (record?.outcome !== undefined) return { status: 'done', version: 1 };
  if (result.status === 'refused') throw new RetryableError('the outcome was refused, and there is none');
  throw new LostWriteError('the outcome was said to be written, and is not there');
}

/** Reads what the state machine says; throws where it is no ending. */
export function parseEnding(value: unknown): Ending {
  const { end, reason } = (value ?? {}) as { readonly end?: unknown; readonly reason?: unknown };
  if ((end === 'DONE' || end === 'COMPENSATED') && typeof reason === 'string') return { end, reason };
  throw new TerminalError(`no ending of a saga: ${JSON.stringify({ end, reason }).slice(0, 200)}`);
}
