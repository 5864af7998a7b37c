/** A batch of which only a part is executed: what is passed on, and the answer in which the rest has failed, entry by entry. */
import { type Answer, answerOf, parsed } from './answers';
import type { Call } from './rules';

type Json = Record<string, unknown>;

export interface Part {
  /** The request with what is executed; undefined where nothing is. */
  readonly request: Json | undefined;
  readonly answer: (executed: Json) => Json;
}

/** Each second entry fails, the first one always: so a batch of one fails whole, in the form of a partial failure. */
const isHeldBack = (index: number): boolean => index % 2 === 0;

/** Answers in the order of the request, where the service does so; `failed` for what was held back. */
const inOrder = (all: readonly unknown[], answered: readonly unknown[], failed: Json): unknown[] => {
  const left = [...answered];
  return all.map((_, index) => (isHeldBack(index) ? failed : left.shift()));
};

const without = (request: Json, field: string, all: readonly unknown[]): Json | undefined => {
  const kept = all.filter((_, index) => !isHeldBack(index));
  return kept.length === 0 ? undefined : { ...request, [field]: kept };
};

/** Undefined: such a request cannot fail in part. */
export function partOf({ operation, body }: Pick<Call, 'operation' | 'body'>): Part | undefined {
  const request = parsed(body);
  const list = (field: string): readonly unknown[] => (request[field] as readonly unknown[] | undefined) ?? [];
  switch (operation) {
    case 'SendMessageBatch':
    case 'DeleteMessageBatch': {
      const all = list('Entries') as readonly { readonly Id: string }[];
      const failed = { Code: 'InternalError', Message: 'injected', SenderFault: false };
      const heldBack = all.filter((_, index) => isHeldBack(index)).map(({ Id }) => ({ Id, ...failed }));
      return {
        request: without(request, 'Entries', all),
        answer: (executed) => ({
          Successful: executed.Successful ?? [],
          Failed: [...((executed.Failed as readonly unknown[] | undefined) ?? []), ...heldBack],
        }),
      };
    }
    case 'PutEvents':
      return ordered(request, 'Entries', 'Entries', 'FailedEntryCount', 'InternalFailure');
    case 'PutRecords':
      return ordered(request, 'Records', 'Records', 'FailedRecordCount', 'InternalFailure');
    case 'BatchGetItem':
      return byTable(request, 'UnprocessedKeys', 'Keys');
    case 'BatchWriteItem':
      return byTable(request, 'UnprocessedItems', undefined);
    default:
      return undefined;
  }
}

function ordered(request: Json, field: string, answers: string, count: string, code: string): Part {
  const all = (request[field] as readonly unknown[] | undefined) ?? [];
  const failed = { ErrorCode: code, ErrorMessage: 'injected' };
  const heldBack = all.filter((_, index) => isHeldBack(index)).length;
  return {
    request: without(request, field, all),
    answer: (executed) => ({
      ...executed,
      [answers]: inOrder(all, (executed[answers] as readonly unknown[] | undefined) ?? [], failed),
      [count]: Number(executed[count] ?? 0) + heldBack,
    }),
  };
}

/** DynamoDB's batches are lists by table, for reads one level further down. */
function byTable(request: Json, unprocessed: string, inner: string | undefined): Part {
  const tables = Object.entries((request.RequestItems as Json | undefined) ?? {});
  const entriesOf = (table: unknown): readonly unknown[] =>
    ((inner === undefined ? table : (table as Json)[inner]) as readonly unknown[] | undefined) ?? [];
  const take = (isTaken: (index: number) => boolean): Json =>
    Object.fromEntries(
      tables.flatMap(([name, table]) => {
        const some = entriesOf(table).filter((_, index) => isTaken(index));
        if (some.length === 0) return [];
        return [[name, inner === undefined ? some : { ...(table as Json), [inner]: some }]];
      }),
    );
  const kept = take((index) => !isHeldBack(index));
  return {
    request: Object.keys(kept).length === 0 ? undefined : { ...request, RequestItems: kept },
    // What the table itself has left unprocessed is of the part that is passed on: rare, and asked for again as a whole.
    answer: (executed) => ({ Responses: {}, ...executed, [unprocessed]: take(isHeldBack) }),
  };
}

/** The answer to a request whose part was executed, or failed as a whole: then that is the answer. */
export function answerOfPart(part: Part, executed: Answer | undefined): Answer {
  if (executed === undefined) return answerOf(part.answer({}));
  return executed.status === 200 ? answerOf(part.answer(parsed(executed.body.toString('utf8')))) : executed;
}
