/** Reads a range of the records table's stream again. */
import {
  type _Record,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  type GetRecordsOutput,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { LedgerRecord } from '../../core/contracts/ledger';
import type { StreamRange } from '../../core/contracts/stream-failure';
import type { OutcomePage, OutcomeStream } from '../../core/ports/outcome-stream';
import { recordFromItem } from './record-items';

/** Records per call; DynamoDB's limit is 1,000, and each may have a write and an event to publish. */
const RECORDS_PER_PAGE = 200;
/** What the service says of data that has left the stream, and of a stream that its table has no more. */
const GONE = new Set(['TrimmedDataAccessException', 'ResourceNotFoundException']);

export function createOutcomeStream({ streams }: { readonly streams: DynamoDBStreamsClient }): OutcomeStream {
  return {
    read: async (range, from) => {
      try {
        const ShardIterator = from ?? (await iteratorOf(streams, range));
        const answer = await streams.send(new GetRecordsCommand({ ShardIterator, Limit: RECORDS_PER_PAGE }));
        return pageOf(answer, BigInt(range.endSequenceNumber));
      } catch (error) {
        if (error instanceof Error && GONE.has(error.name)) return { status: 'gone' };
        throw error;
      }
    },
  };
}

async function iteratorOf(streams: DynamoDBStreamsClient, range: StreamRange): Promise<string | undefined> {
  const answer = await streams.send(
    new GetShardIteratorCommand({
      StreamArn: range.streamArn,
      ShardId: range.shardId,
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: range.startSequenceNumber,
    }),
  );
  return answer.ShardIterator;
}

/** Sequence numbers are decimal and longer than a number is exact. A page may be empty though the range goes on. */
function pageOf({ Records = [], NextShardIterator }: GetRecordsOutput, end: bigint): OutcomePage {
  const numberOf = ({ dynamodb }: _Record) => BigInt(dynamodb?.SequenceNumber ?? '0');
  const ended = NextShardIterator === undefined || Records.some((record) => numberOf(record) >= end);
  const inside = Records.filter((record) => numberOf(record) <= end).map(outcomeOf);
  return {
    status: 'ok',
    records: inside.flatMap(({ record }) => (record === undefined ? [] : [record])),
    unreadable: inside.flatMap(({ unreadable }) => (unreadable === undefined ? [] : [unreadable])),
    ...(ended ? {} : { next: NextShardIterator }),
  };
}

/** Progress, error notes and expiry are written too: neither of both for them. */
function outcomeOf({ dynamodb }: _Record): { readonly record?: LedgerRecord; readonly unreadable?: string } {
  const image = dynamodb?.NewImage;
  if (image?.outcome === undefined) return {};
  try {
    return { record: recordFromItem(image) };
  } catch {
    return { unreadable: image.key?.S ?? 'unknown' };
  }
}
