/** Answers that the fault proxy makes up, in the form that each service gives them. */
import { createHash, randomUUID } from 'node:crypto';
import type { Call, FaultAction } from './rules';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

type Json = Record<string, unknown>;

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };
export const answerOf = (body: Json): Answer => ({
  status: 200,
  headers: JSON_TYPE,
  body: Buffer.from(JSON.stringify(body)),
});

const THROTTLES: Readonly<Record<string, readonly [number, string]>> = {
  dynamodb: [400, 'ProvisionedThroughputExceededException'],
  kinesis: [400, 'ProvisionedThroughputExceededException'],
  lambda: [429, 'TooManyRequestsException'],
  s3: [503, 'SlowDown'],
  '': [400, 'ProvisionedThroughputExceededException'],
};

/** Undefined: the action is no failure. */
export function failureOf(action: FaultAction, call: Pick<Call, 'service' | 'operation' | 'body'>): Answer | undefined {
  const fail = (status: number, type: string, more: Json = {}): Answer => failed(call.service, status, type, more);
  if (action === 'error') return fail(500, 'InternalServerError');
  if (action === 'refuse') return fail(400, call.service === 's3' ? 'AccessDenied' : 'AccessDeniedException');
  if (action === 'throttle') return fail(...(THROTTLES[call.service] ?? ([400, 'ThrottlingException'] as const)));
  if (action !== 'conflict') return undefined;
  if (call.operation !== 'TransactWriteItems') return fail(400, 'TransactionConflictException');
  const items = (parsed(call.body).TransactItems as readonly unknown[] | undefined) ?? [undefined];
  const reasons = items.map((_, index) =>
    index === 0 ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' } : { Code: 'None' },
  );
  return fail(400, 'TransactionCanceledException', { CancellationReasons: reasons });
}

export function failed(service: string, status: number, type: string, more: Json = {}): Answer {
  if (service === 's3') {
    const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${type}</Code><Message>injected</Message></Error>`;
    return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) };
  }
  const headers = { ...JSON_TYPE, 'x-amzn-errortype': type };
  return { status, headers, body: Buffer.from(JSON.stringify({ __type: type, message: 'injected', ...more })) };
}

export function parsed(body: string): Json {
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value === 'object' ? (value as Json) : {};
  } catch {
    return {};
  }
}

interface Message {
  readonly Id: string;
  readonly MessageBody: string;
}
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const sent = ({ MessageBody }: Pick<Message, 'MessageBody'>) => ({
  MessageId: randomUUID(),
  MD5OfMessageBody: md5(MessageBody),
});

/** What the service answers where it has done it. Undefined: that cannot be made up, since the answer holds what is stored. */
export function lieOf({ operation, body }: Pick<Call, 'operation' | 'body'>): Answer | undefined {
  const request = parsed(body);
  switch (operation) {
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return (request.ReturnValues ?? 'NONE') === 'NONE' ? answerOf({}) : undefined;
    case 'TransactWriteItems':
      return answerOf({});
    case 'BatchWriteItem':
      return answerOf({ UnprocessedItems: {} });
    case 'SendMessage':
      return answerOf(sent(request as unknown as Message));
    case 'SendMessageBatch': {
      const entries = request.Entries as readonly Message[];
      return answerOf({ Successful: entries.map((entry) => ({ Id: entry.Id, ...sent(entry) })), Failed: [] });
    }
    case 'PutEvents': {
      const entries = request.Entries as readonly unknown[];
      return answerOf({ FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: randomUUID() })) });
    }
    case 'PutRecords': {
      const records = request.Records as readonly unknown[];
      const taken = records.map(() => ({ SequenceNumber: String(Date.now()), ShardId: 'shardId-000000000000' }));
      return answerOf({ FailedRecordCount: 0, Records: taken });
    }
    case 'StartExecution': {
      const { stateMachineArn, name } = request as { readonly stateMachineArn?: string; readonly name?: string };
      const executionArn = `${stateMachineArn?.replace(':stateMachine:', ':execution:')}:${name}`;
      return answerOf({ executionArn, startDate: Math.floor(Date.now() / 1000) });
    }
    default:
      return undefined;
  }
}
