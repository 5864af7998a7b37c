/** Ingestion's real core with the settings of one lane, and a redrive as the command line does it. */
import type { ReceivedMessage } from '../../adapters/memory';
import type { Envelope } from '../../core/contracts/event';
import { createIngest } from '../../lambdas/ingestion/ingest/core';
import { handOver, toAcceptance } from '../../lambdas/ingestion/ingest/hand-over';
import type { Clock } from './engine';
import type { Ports, Rule } from './rules';

export interface GivenEvent {
  readonly type: string;
  readonly deadlineMs?: number;
  readonly sequence?: string;
}

export const HAND_OFF_BOUND_MS = 20_000;
const lane = {
  name: 'lane',
  pool: 'main',
  priorityClass: 'normal',
  ordered: false,
  admissionBound: 1000,
  queueUrlName: 'lane',
};

/** The message that an EventBridge rule puts into the intake queue. */
export function intakeBody(given: GivenEvent, index: number): string {
  const { type, deadlineMs, sequence } = given;
  const event = {
    specversion: '1.0',
    id: String(index + 1),
    source: '/test',
    type,
    ...(sequence === undefined ? {} : { sequence }),
    ...(deadlineMs === undefined ? {} : { expirytime: new Date(deadlineMs).toISOString() }),
  };
  return JSON.stringify({ way: 'test', id: `bridge-${index}`, event });
}

/** Answers with the messages that are to come again. */
export async function ingest(
  ports: Ports,
  batch: readonly ReceivedMessage[],
  clock: Clock,
): Promise<readonly string[]> {
  const run = createIngest(
    ports,
    {
      sources: [
        {
          kind: 'eventbridge',
          name: 'test',
          tenant: 'tenant',
          trustedPriority: false,
          pool: 'main',
        },
      ],
      rules: [],
      classes: [{ name: 'normal', express: false }],
      defaultClass: 'normal',
      lanes: [lane],
      handOffBoundMs: HAND_OFF_BOUND_MS,
      streamOf: (source) => source,
    },
    clock,
  );
  const summary = await run(batch.map(({ messageId, body }) => ({ ref: messageId, body: String(body) })));
  return summary.failed;
}

/** The next generation, only where the last one ended in something other than DONE. */
export async function redrive(
  ports: Ports,
  envelope: Envelope,
  rules: ReadonlySet<Rule>,
  { now }: Clock,
): Promise<void> {
  const last = await ports.records.latest(envelope.key);
  if (!last?.outcome) return;
  if (last.outcome.kind === 'DONE' && !rules.has('a redrive takes no event that is DONE')) return;
  const same = rules.has('a redrive is a generation of its own');
  const { acceptanceKey: _old, ...draft } = envelope;
  const next = { ...draft, generation: same ? last.generation : last.generation + 1, acceptedAtMs: now() };
  await handOver(toAcceptance([next], envelope.lane, now(), HAND_OFF_BOUND_MS), ports, undefined);
}
