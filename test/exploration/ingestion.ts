/** Ingestion's real core with the settings of one lane. */
import type { ReceivedMessage } from '../../adapters/memory';
import { createIngest } from '../../lambdas/ingestion/ingest/core';
import type { Clock } from './engine';
import type { Ports } from './rules';

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
  weight: 1,
  objectiveSeconds: 10,
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
      shedAboveShareOfObjective: null,
      handOffBoundMs: HAND_OFF_BOUND_MS,
      streamOf: (source) => source,
    },
    clock,
  );
  const summary = await run(batch.map(({ messageId, body }) => ({ ref: messageId, body: String(body) })));
  return summary.failed;
}
