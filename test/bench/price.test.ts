/** Proves what the benchmark's meter counts for a request, by the billing rules of DynamoDB and SQS, and what it makes of it. */
import { countDynamo, countSqs, type DynamoInput, Meter } from '../../scripts/bench/meter';
import { compare, itemise } from '../../scripts/bench/price';
import { PRICE_LIST } from '../../scripts/bench/prices';
import { document, goalsOf } from '../../scripts/bench/report';

const small = { key: { S: 'k' } };
const ofBytes = (bytes: number) => ({ b: { B: new Uint8Array(bytes - 1) } });

async function countedDynamo(command: string, input: DynamoInput, output: object = {}, current = small as object) {
  const meter = new Meter();
  await countDynamo(command, input, output, async () => current as typeof small, meter);
  return Object.fromEntries(meter.uses);
}

function countedSqs(command: string, Entries?: { MessageBody?: string; MessageGroupId?: string }[]) {
  const meter = new Meter();
  countSqs(command, Entries === undefined ? {} : { Entries }, meter);
  return Object.fromEntries(meter.uses);
}

describe('a write', () => {
  it('costs a unit for each started KiB', async () => {
    expect(await countedDynamo('PutItemCommand', { TableName: 't', Item: ofBytes(1024) })).toEqual({
      'write t': { dynamoWriteUnit: 1 },
    });
    expect(await countedDynamo('PutItemCommand', { TableName: 't', Item: ofBytes(1025) })).toEqual({
      'write t': { dynamoWriteUnit: 2 },
    });
  });

  it('costs by the whole item where it updates a part', async () => {
    const input = { TableName: 't', Key: small, UpdateExpression: 'SET a = :a' };
    expect(await countedDynamo('UpdateItemCommand', input, {}, ofBytes(3000))).toEqual({
      'write t': { dynamoWriteUnit: 3 },
    });
  });

  it('costs double in a transaction', async () => {
    const TransactItems = [
      { Update: { TableName: 'records', Key: small, UpdateExpression: 'SET a = :a' } },
      { Put: { TableName: 'context', Item: ofBytes(1500) } },
    ];
    expect(await countedDynamo('TransactWriteItemsCommand', { TransactItems })).toEqual({
      'write records': { dynamoWriteUnit: 2 },
      'write context': { dynamoWriteUnit: 4 },
    });
  });

  it.each([
    ['enters', 'PutItemCommand', { TableName: 't', Item: { ...small, openShard: { S: '1' } } }, 1],
    ['leaves', 'UpdateItemCommand', { TableName: 't', UpdateExpression: 'SET a = :a REMOVE openShard' }, 1],
    ['moves in', 'UpdateItemCommand', { TableName: 't', UpdateExpression: 'SET dueAtMs = :to' }, 2],
  ])('that %s an index costs there, too', async (_what, command, input, units) => {
    expect(await countedDynamo(command, input)).toMatchObject({ 'index of t': { dynamoWriteUnit: units } });
  });
});

describe('a read', () => {
  const batch = (ConsistentRead: boolean) => ({ RequestItems: { t: { Keys: [small, small, small], ConsistentRead } } });

  it('of a batch costs a unit for each started 4 KiB of each item, and one for what is not there', async () => {
    const output = { Responses: { t: [ofBytes(100), ofBytes(5000)] } };
    expect(await countedDynamo('BatchGetItemCommand', batch(true), output)).toEqual({
      'read t': { dynamoReadUnit: 4 },
    });
  });

  it('that may be of a moment ago costs half', async () => {
    expect(await countedDynamo('BatchGetItemCommand', batch(false))).toEqual({ 'read t': { dynamoReadUnit: 1.5 } });
    expect(await countedDynamo('GetItemCommand', { TableName: 't' })).toEqual({ 'read t': { dynamoReadUnit: 0.5 } });
  });

  it('by a query costs by the sum of what it finds', async () => {
    const input = { TableName: 't', ConsistentRead: true };
    const Items = [ofBytes(3000), ofBytes(3000)];
    expect(await countedDynamo('QueryCommand', input, { Items })).toEqual({ 'read t': { dynamoReadUnit: 2 } });
    expect(await countedDynamo('QueryCommand', input, { Items: [] })).toEqual({ 'read t': { dynamoReadUnit: 1 } });
  });
});

describe('a request to a queue', () => {
  it('is one for a small batch, and one more for each started 64 KiB', () => {
    expect(countedSqs('SendMessageBatch', [{ MessageBody: 'a' }, { MessageBody: 'b' }])).toEqual({
      'SQS SendMessageBatch': { sqsRequest: 1 },
    });
    expect(countedSqs('SendMessageBatch', [{ MessageBody: 'x'.repeat(65_537) }])).toEqual({
      'SQS SendMessageBatch': { sqsRequest: 2 },
    });
  });

  it('is dearer where its messages have a group', () => {
    expect(countedSqs('SendMessageBatch', [{ MessageBody: 'a', MessageGroupId: 'acme' }])).toEqual({
      'SQS SendMessageBatch': { sqsFairRequest: 1 },
    });
    expect(PRICE_LIST.sqsFairRequest.dollars).toBeGreaterThan(PRICE_LIST.sqsRequest.dollars);
  });

  it('that looks up an address is not counted', () => {
    expect(countedSqs('GetQueueUrl')).toEqual({});
  });
});

describe('the bill', () => {
  function billOf(units: number) {
    const meter = new Meter();
    meter.add('write t', 'dynamoWriteUnit', units);
    meter.add('write t', 'dynamoWriteUnit', units);
    return itemise(meter, 10);
  }

  it('says what a million events cost', () => {
    expect(billOf(5)).toEqual([
      { what: 'write t', unit: 'dynamoWriteUnit', perEvent: 1, dollarsPerMillionEvents: 0.625 },
    ]);
  });

  it('compares two arms', () => {
    expect(compare(billOf(5), billOf(10))).toMatchObject({
      triageDollarsPerMillionEvents: 0.625,
      rivalDollarsPerMillionEvents: 1.25,
      priceRatio: 0.5,
    });
  });
});

describe('the report', () => {
  it('has the ratios first, in the promised order, and leaves out what was not measured', () => {
    const whole = document({ price: {}, priceRatio: 0.9, drainRatio: 1.2, bundleRatioMax: 1.1, seconds: 3 });
    expect(Object.keys(whole)).toEqual(['bundleRatioMax', 'drainRatio', 'priceRatio', 'seconds', 'goals', 'price']);
  });

  it('tells which goals are met', () => {
    const met = (figures: Record<string, unknown>) => goalsOf(figures).map((each) => each.met);
    expect(met({ bundleRatioMax: 1.25, drainRatio: 1, priceRatio: 1, overheadMicrosPerEvent: 100 })).toEqual(
      Array(4).fill(true),
    );
    expect(met({ bundleRatioMax: 1.26, drainRatio: 0.99, priceRatio: 1.01, overheadMicrosPerEvent: 101 })).toEqual(
      Array(4).fill(false),
    );
  });

  it('takes a critical event that is at most 50 ms later for good enough, whatever the ratio', () => {
    const met = (differenceMs: number) => goalsOf({ criticalP99Ratio: 4, critical: { differenceMs } })[0]?.met;
    expect([met(50), met(51)]).toEqual([true, false]);
  });
});
