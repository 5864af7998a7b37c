/** What EventBridge tells of an execution that ended otherwise than well. AWS alone can send events of this source. */
import * as v from 'valibot';

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));

const statusEvent = v.object({
  id: text(128),
  source: v.literal('aws.states'),
  'detail-type': v.literal('Step Functions Execution Status Change'),
  detail: v.object({
    executionArn: text(512),
    stateMachineArn: text(512),
    name: text(128),
    status: v.picklist(['FAILED', 'TIMED_OUT', 'ABORTED', 'SUCCEEDED', 'RUNNING']),
    /** Left out where it is too large. */
    input: v.nullish(v.string()),
    error: v.nullish(v.string()),
  }),
});
export type StatusEvent = v.InferOutput<typeof statusEvent>;

/** Of the input no more than who it is about: the request in it is a user's. */
const sagaIdentity = v.object({
  saga: text(31),
  application: text(31),
  instance: text(300),
  event: v.object({ key: text(256), generation: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
});
export type SagaIdentity = v.InferOutput<typeof sagaIdentity>;

/** `undefined`: it is something else. */
export function parseStatusEvent(value: unknown): StatusEvent | undefined {
  const parsed = v.safeParse(statusEvent, value);
  return parsed.success ? parsed.output : undefined;
}

/** `undefined`: the execution is not one of a coordinator. */
export function parseSagaIdentity(input: unknown): SagaIdentity | undefined {
  const parsed = v.safeParse(sagaIdentity, input);
  return parsed.success ? parsed.output : undefined;
}
