/** Proves that outcomes can take effect again from the ledger: those decided in the window, over all pages, and with faults told. */
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { createRecords } from '../../adapters/aws';
import { republishDecided } from '../../cli/republish';
import { resourceNames } from '../../core/contracts/names';
import { anOutcome, aWrite, serviceError } from '../adapters/aws/support';

const dynamo = mockClient(DynamoDBClient);
const clients = { dynamo: new DynamoDBClient({ region: 'x' }), eventBridge: new EventBridgeClient({ region: 'x' }) };
const connection = { clients, names: resourceNames('local') } as unknown as Parameters<typeof republishDecided>[0];

/** The item as a commit writes it. */
async function item(key: string, decidedAtMs: number) {
  dynamo.resolves({});
  const outcome = anOutcome({ decidedAtMs, writes: [aWrite({ key, receipt: `${key}/record/0` })] });
  const records = createRecords({ dynamo: clients.dynamo, table: 't', contextTable: '', retentionDays: 1 });
  await records.commit({ outcomes: [{ key, generation: 1, outcome }], contexts: [] }, 'attempt');
  const input = dynamo.calls()[0]?.args[0].input as { ExpressionAttributeValues: Record<string, never> };
  dynamo.reset();
  return {
    key: { S: key },
    generation: { N: '1' },
    kind: { S: 'DONE' },
    outcome: input.ExpressionAttributeValues[':outcome'] as never,
  };
}

beforeEach(() => dynamo.reset());
afterEach(() => jest.restoreAllMocks());

async function twoPages() {
  const [early, inside, last] = [await item('early', 99), await item('inside', 100), await item('last', 199)];
  const late = await item('late', 200);
  dynamo
    .on(ScanCommand)
    .resolvesOnce({ Items: [early, inside], LastEvaluatedKey: { key: { S: 'inside' } } })
    .resolvesOnce({ Items: [last, late, { key: { S: 'open' }, generation: { N: '1' } }] });
}

it('publishes what was decided in the window, on every page', async () => {
  await twoPages();
  dynamo.on(PutItemCommand).resolvesOnce({}).rejects(serviceError('ConditionalCheckFailedException'));
  const done = await republishDecided(connection, { fromMs: 100, toMs: 200 });
  expect(done).toEqual({ outcomes: 2, applied: 1, stale: 1, emitted: 0, bad: [], later: [] });
  const keys = dynamo.commandCalls(PutItemCommand).map((call) => call.args[0].input.Item?.key?.S);
  expect(keys).toEqual(['inside', 'last']);
});

it('goes on after an outcome that it could not publish, and names it', async () => {
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  await twoPages();
  dynamo
    .on(PutItemCommand)
    .rejectsOnce(serviceError('ThrottlingException'))
    .rejects(serviceError('ValidationException'));
  const done = await republishDecided(connection, { fromMs: 100, toMs: 200 });
  expect(done).toMatchObject({ bad: ['last'], later: ['1 of 1 outcomes: inside'] });
});
