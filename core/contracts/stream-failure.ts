/** What a mapping on a table's stream says of a batch that it gave up: where the records are, and not the records. */
import * as v from 'valibot';

/** Records of one shard, both ends included. */
export interface StreamRange {
  readonly streamArn: string;
  readonly shardId: string;
  readonly startSequenceNumber: string;
  readonly endSequenceNumber: string;
}

const text = v.pipe(v.string(), v.minLength(1));
const digits = v.pipe(v.string(), v.regex(/^\d+$/));
const message = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    DDBStreamBatchInfo: v.object({
      streamArn: text,
      shardId: text,
      startSequenceNumber: digits,
      endSequenceNumber: digits,
    }),
  }),
);

/** `undefined` for a body that no mapping on a table's stream wrote. */
export function parseStreamFailure(body: string): StreamRange | undefined {
  const parsed = v.safeParse(message, body);
  return parsed.success ? parsed.output.DDBStreamBatchInfo : undefined;
}
