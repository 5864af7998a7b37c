/**
 * Counts what a client's requests cost. A middleware beneath the retries, so that repeats are counted as AWS bills them, and so
 * that both arms are counted by the same lines. Sizes by DynamoDB's own rules, since an emulator's answers round differently.
 */
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Item } from '../../adapters/aws/attributes';
import { itemBytes, writeUnits } from '../../adapters/aws/item-size';
import type { Priced } from './prices';

/** By what it was for: units by priced thing. */
export class Meter {
  readonly uses = new Map<string, Partial<Record<Priced, number>>>();
  /** Counting may read an item's size, which must not lengthen the invocation that is timed. */
  readonly #later: (() => Promise<void>)[] = [];

  countLater(count: () => Promise<void>): void {
    this.#later.push(count);
  }

  async settle(): Promise<void> {
    await Promise.all(this.#later.splice(0).map((count) => count()));
  }

  add(what: string, priced: Priced, amount: number): void {
    const use = this.uses.get(what) ?? {};
    use[priced] = (use[priced] ?? 0) + amount;
    this.uses.set(what, use);
  }
}

interface Write {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
}
export type DynamoInput = Partial<Write> & {
  readonly ConsistentRead?: boolean;
  readonly TransactItems?: readonly { readonly Put?: Write; readonly Update?: Write }[];
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly Item[]; readonly ConsistentRead?: boolean }>
  >;
};
interface DynamoOutput {
  readonly Item?: Record<string, AttributeValue>;
  readonly Items?: Record<string, AttributeValue>[];
  readonly Responses?: Readonly<Record<string, readonly Item[]>>;
}
/** The item as it is after the write. */
export type CurrentItem = (write: Write) => Promise<Item>;

/** `plain` reads an updated item's size; it is not counted. */
export function meterDynamo(dynamo: DynamoDBClient, plain: DynamoDBClient, meter: Meter): void {
  const currentItem: CurrentItem = async ({ TableName, Key = {} }) =>
    (await plain.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item ?? {};
  dynamo.middlewareStack.add(
    (next, context) => async (args) => {
      const count = (output: object) =>
        meter.countLater(() =>
          countDynamo(context.commandName ?? '', args.input as DynamoInput, output, currentItem, meter),
        );
      try {
        const answer = await next(args);
        count(answer.output as object);
        return answer;
      } catch (error) {
        // A write whose condition did not hold is billed as well.
        if ((error as Error).name.endsWith('CheckFailedException')) count({});
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'triageMeter' },
  );
}

/** One request, by the command's name: its writes, the writes to their indexes, its reads. */
export async function countDynamo(
  command: string,
  input: DynamoInput,
  output: DynamoOutput,
  currentItem: CurrentItem,
  meter: Meter,
): Promise<void> {
  const writes =
    input.TransactItems?.map((each) => each.Put ?? each.Update) ?? (/^(Put|Update)/.test(command) ? [input] : []);
  const perWrite = input.TransactItems === undefined ? 1 : 2;
  for (const write of writes) if (isWrite(write)) await countWrite(write, perWrite, currentItem, meter);
  for (const [table, { Keys, ConsistentRead }] of Object.entries(input.RequestItems ?? {}))
    meter.add(
      `read ${table}`,
      'dynamoReadUnit',
      batchReadUnits(Keys.length, output.Responses?.[table] ?? [], ConsistentRead),
    );
  if (/^(Get|Query)/.test(command))
    meter.add(`read ${input.TableName}`, 'dynamoReadUnit', readUnits(output) * share(input.ConsistentRead));
}

const isWrite = (write: Partial<Write> | undefined): write is Write => write?.TableName !== undefined;

async function countWrite(write: Write, perWrite: number, currentItem: CurrentItem, meter: Meter): Promise<void> {
  // An update is billed by the larger of the item before and after; nothing in Triage shrinks an item by a unit.
  const item = write.Item ?? (await currentItem(write));
  meter.add(`write ${write.TableName}`, 'dynamoWriteUnit', perWrite * writeUnits(item));
  const indexUnits = indexWrites(write);
  if (indexUnits > 0) meter.add(`index of ${write.TableName}`, 'dynamoWriteUnit', perWrite * indexUnits);
}

/** Keys-only indexes: one write to enter, one to leave, two to move. */
function indexWrites({ Item: item, UpdateExpression: update = '' }: Write): number {
  if (item?.openShard !== undefined || update.includes('deadShard =') || update.includes('REMOVE openShard')) return 1;
  return update.includes('dueAtMs =') ? 2 : 0;
}

const BYTES_PER_READ_UNIT = 4096;
/** Eventually consistent reads, which are the default, cost half. */
const share = (consistent: boolean | undefined): number => (consistent === true ? 1 : 0.5);

/** A batch is billed item by item, one unit for one that is not there. */
function batchReadUnits(keys: number, found: readonly Item[], consistent: boolean | undefined): number {
  const units = found.reduce((sum, each) => sum + Math.max(1, Math.ceil(itemBytes(each) / BYTES_PER_READ_UNIT)), 0);
  return (units + Math.max(0, keys - found.length)) * share(consistent);
}

/** A query is billed by the sum of its items; one unit for nothing found. */
function readUnits({ Items, Item: item }: DynamoOutput): number {
  const items = Items ?? (item === undefined ? [] : [item]);
  return Math.max(1, Math.ceil(items.reduce((sum, each) => sum + itemBytes(each), 0) / BYTES_PER_READ_UNIT));
}

interface SqsEntry {
  readonly MessageBody?: string;
  readonly MessageGroupId?: string;
}

export function meterSqs(sqs: SQSClient, meter: Meter): void {
  sqs.middlewareStack.add(
    (next, context) => async (args) => {
      countSqs((context.commandName ?? '').replace('Command', ''), args.input as { Entries?: SqsEntry[] }, meter);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'triageMeter' },
  );
}

/** One request for each started 64 KiB; dearer where a message has a group. */
export function countSqs(command: string, { Entries = [] }: { readonly Entries?: readonly SqsEntry[] }, meter: Meter) {
  // The address of a queue is looked up once in a function's life: not a price per event.
  if (command === 'GetQueueUrl') return;
  const bytes = Entries.reduce((sum, each) => sum + Buffer.byteLength(each.MessageBody ?? ''), 0);
  const fair = Entries.some((each) => each.MessageGroupId !== undefined);
  meter.add(`SQS ${command}`, fair ? 'sqsFairRequest' : 'sqsRequest', Math.max(1, Math.ceil(bytes / 65_536)));
}
