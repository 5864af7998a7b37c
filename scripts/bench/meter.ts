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
type Input = Write & {
  readonly TransactItems?: readonly { readonly Put?: Write; readonly Update?: Write }[];
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
};

/** `plain` reads an updated item's size; it is not counted. */
export function meterDynamo(dynamo: DynamoDBClient, plain: DynamoDBClient, meter: Meter): void {
  dynamo.middlewareStack.add(
    (next, context) => async (args) => {
      const count = (output: object) =>
        countDynamo(context.commandName ?? '', args.input as Input, output, plain, meter);
      try {
        const answer = await next(args);
        await count(answer.output as object);
        return answer;
      } catch (error) {
        // A write whose condition did not hold is billed as well.
        if ((error as Error).name.endsWith('CheckFailedException')) await count({});
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'triageMeter' },
  );
}

async function countDynamo(command: string, input: Input, output: object, plain: DynamoDBClient, meter: Meter) {
  const writes =
    input.TransactItems?.map((each) => each.Put ?? each.Update) ?? (/^(Put|Update)/.test(command) ? [input] : []);
  const perWrite = input.TransactItems === undefined ? 1 : 2;
  for (const write of writes) if (write !== undefined) await countWrite(write, perWrite, plain, meter);
  for (const [table, { Keys }] of Object.entries(input.RequestItems ?? {}))
    meter.add(`read ${table}`, 'dynamoReadUnit', Keys.length);
  if (/^(Get|Query)/.test(command)) meter.add(`read ${input.TableName}`, 'dynamoReadUnit', readUnits(output));
}

async function countWrite(write: Write, perWrite: number, plain: DynamoDBClient, meter: Meter): Promise<void> {
  const item = write.Item ?? (await currentItem(write, plain));
  meter.add(`write ${write.TableName}`, 'dynamoWriteUnit', perWrite * writeUnits(item));
  const indexUnits = indexWrites(write);
  if (indexUnits > 0) meter.add(`index of ${write.TableName}`, 'dynamoWriteUnit', perWrite * indexUnits);
}

/** An update is billed by the larger of the item before and after; nothing in Triage shrinks an item by a unit. */
async function currentItem(write: Write, plain: DynamoDBClient): Promise<Item> {
  const answer = await plain.send(
    new GetItemCommand({ TableName: write.TableName, Key: write.Key as Item, ConsistentRead: true }),
  );
  return answer.Item ?? {};
}

/** Keys-only indexes: one write to enter, one to leave, two to move. */
function indexWrites({ Item: item, UpdateExpression: update = '' }: Write): number {
  if (item?.openShard !== undefined || update.includes('deadShard =') || update.includes('REMOVE openShard')) return 1;
  return update.includes('dueAtMs =') ? 2 : 0;
}

/** Consistent: one unit per started 4 KiB, one for nothing found. */
function readUnits(output: {
  Item?: Record<string, AttributeValue>;
  Items?: Record<string, AttributeValue>[];
}): number {
  const items = output.Items ?? (output.Item === undefined ? [] : [output.Item]);
  return Math.max(1, Math.ceil(items.reduce((sum, each) => sum + itemBytes(each), 0) / 4096));
}

export function meterSqs(sqs: SQSClient, meter: Meter): void {
  sqs.middlewareStack.add(
    (next, context) => async (args) => {
      const { Entries } = args.input as { Entries?: readonly { readonly MessageBody?: string }[] };
      const bytes = (Entries ?? []).reduce((sum, each) => sum + Buffer.byteLength(each.MessageBody ?? ''), 0);
      const name = (context.commandName ?? '').replace('Command', '');
      // The address of a queue is looked up once in a function's life: not a price per event.
      if (name !== 'GetQueueUrl') meter.add(`SQS ${name}`, 'sqsRequest', Math.max(1, Math.ceil(bytes / 65_536)));
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'triageMeter' },
  );
}
