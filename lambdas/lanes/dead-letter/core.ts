/**
 * What a lane gave up on gets its outcome: DEAD with the last error that was noted, on the condition that the chain stands no
 * further than this message. The event itself stays in its acceptance, so acknowledging loses nothing.
 */
import { RetryableError } from '../../../core/contracts/errors';
import type { LaneMessage, Position } from '../../../core/contracts/event';
import type { Delivery } from '../../../core/contracts/lane-message';
import type { CommitResult, LedgerRecord, RecordKey } from '../../../core/contracts/ledger';
import { decideRefusal, stageOf } from '../../../core/policies/decide-refusal';
import { unreactedOutcome } from '../../../core/policies/unreacted-outcome';
import type { LaneQueue, Log, Quarantine, QuarantinedEntry, Records } from '../../../core/ports';
import { isUnknownChainError } from '../../../core/units/choose-chain';

export interface DeadLetterPorts {
  readonly records: Records;
  readonly lanes: LaneQueue;
  readonly quarantine: Quarantine;
  readonly log: Log;
}

export type DeadLetterEnd =
  | 'dead'
  | 'had-outcome'
  | 'coordinated'
  | 'sent-on'
  | 'sent-again'
  | 'quarantined'
  | 'returned';

/** Sends of an event whose chain's version no runner knew: a deploy or a rollback has ended long before. */
export const MOST_VERSION_SENDS = 5;
const VERSION_DELAY_SECONDS = 60;
/** Between reading and committing another writer may move the record on; so often it is looked at again. */
const MOST_ATTEMPTS = 4;

/** Deals with one message; `returned` where it must be received again. */
export async function bury(
  ports: DeadLetterPorts,
  delivery: Delivery,
  { now }: { readonly now: () => number },
): Promise<DeadLetterEnd> {
  try {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const [record] = await ports.records.read([keyOf(delivery)]);
      const end = await endByRecord(ports, delivery, record, now());
      if (end !== undefined) return end;
      const result = await ports.records.commit(
        { outcomes: [{ ...keyOf(delivery), ...deadOutcome(delivery, record, now()) }], contexts: [] },
        `${delivery.messageId}-${delivery.receiveCount}-${attempt}`,
      );
      if (isCommitted(result)) return 'dead';
    }
    throw new RetryableError(`the record changed ${MOST_ATTEMPTS} times`);
  } catch (error) {
    ports.log.error('a dead letter was not dealt with', { key: delivery.message.envelope.key, error });
    return 'returned';
  }
}

/** What no part of Triage wrote has no record; it is kept as it came. */
export async function keepUnreadable(ports: DeadLetterPorts, bodies: readonly string[], nowMs: number): Promise<void> {
  const entries = bodies.map(
    (raw): QuarantinedEntry => ({ raw, reason: 'not a message of a lane', wayIn: 'dead-letter', tenant: 'unknown' }),
  );
  if (entries.length > 0) await ports.quarantine.keep({ atMs: nowMs, stage: 'lanes', entries });
}

/** What the record answers; `undefined` where the event is to be DEAD. */
async function endByRecord(
  ports: DeadLetterPorts,
  delivery: Delivery,
  record: LedgerRecord | undefined,
  nowMs: number,
): Promise<DeadLetterEnd | undefined> {
  const { message } = delivery;
  const { decision, reason } = decideRefusal(record, message.envelope, message.position);
  switch (decision.action) {
    case 'acknowledge':
      return record?.outcome === undefined ? 'coordinated' : 'had-outcome';
    case 'quarantine':
      await keep(ports, message, reason, nowMs);
      return 'quarantined';
    case 'send-position':
      await send(ports, { ...message, position: decision.position });
      return 'sent-on';
    case 'send-rest':
      // The stage as a whole: its runner knows the chain, and sends the branches missing or goes on with the join.
      await send(ports, { ...message, position: decision.progress.position });
      return 'sent-on';
    case 'retry':
      return sendToOtherVersion(ports, message, record);
  }
}

/** A runner with that version may be only just deployed, or rolled back to. */
async function sendToOtherVersion(
  ports: DeadLetterPorts,
  message: LaneMessage,
  record: LedgerRecord | undefined,
): Promise<DeadLetterEnd | undefined> {
  if (!isUnknownChainError(record?.lastError) || message.sendAttempt >= MOST_VERSION_SENDS) return undefined;
  await send(ports, { ...message, sendAttempt: message.sendAttempt + 1 }, VERSION_DELAY_SECONDS);
  return 'sent-again';
}

async function send({ lanes }: DeadLetterPorts, message: LaneMessage, delaySeconds?: number): Promise<void> {
  const options = delaySeconds === undefined ? {} : { delaySeconds };
  const failed = await lanes.send(message.envelope.lane, [message], options);
  if (failed.length > 0) throw new RetryableError('the message was not sent on');
}

async function keep(ports: DeadLetterPorts, { envelope }: LaneMessage, reason: string, atMs: number): Promise<void> {
  const { event, wayIn, tenant, key } = envelope;
  await ports.quarantine.keep({
    atMs,
    stage: 'lanes',
    entries: [{ raw: JSON.stringify(event), reason, wayIn, tenant, key }],
  });
}

function deadOutcome({ message, receiveCount }: Delivery, record: LedgerRecord | undefined, nowMs: number) {
  const reason = `${record?.lastError ?? 'no outcome recorded'} (received ${receiveCount} times)`;
  const { envelope, position } = message;
  const outcome = unreactedOutcome(envelope, 'DEAD', reason, nowMs);
  return { outcome: { ...outcome, ...chainOf(position) }, atMostStage: stageOf(position) };
}

function chainOf(position: Position | undefined): { readonly chain?: string } {
  return position === undefined ? {} : { chain: `${position.chain}@${position.version}` };
}

function keyOf({ message: { envelope } }: Delivery): RecordKey {
  return { key: envelope.key, generation: envelope.generation };
}

function isCommitted(result: CommitResult): boolean {
  return result.status === 'committed';
}
