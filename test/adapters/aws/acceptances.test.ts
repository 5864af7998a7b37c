/** Proves that an acceptance is put once, moved by condition, and leaves the open index when it is closed. */
import { gunzipSync } from 'node:zlib';
import {
  BatchGetItemCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { acceptanceFromItem, acceptanceItem, createAcceptances } from '../../../adapters/aws/acceptances';
import { bodyDigest, recordKey } from '../../../core/contracts/identity';
import type { Acceptance } from '../../../core/contracts/ledger';
import { anEnvelope, noWait, serviceError } from './support';

const dynamo = mockClient(DynamoDBClient);
const acceptances = createAcceptances({
  dynamo: new DynamoDBClient({ region: 'eu-central-1' }),
  table: 'acceptances',
  retentionDays: 2,
  wait: noWait,
});
const envelope = anEnvelope();
const acceptance: Acceptance = {
  key: envelope.acceptanceKey,
  lane: envelope.lane,
  envelopes: [envelope],
  acceptedAtMs: envelope.acceptedAtMs,
  dueAtMs: envelope.acceptedAtMs + 30_000,
  handedOver: false,
  resends: 0,
};
const updateInput = () => dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input;
beforeEach(() => dynamo.reset());

test('a new one is put on the condition that there is none, open and without expiry', async () => {
  dynamo.on(PutItemCommand).resolves({});
  expect(await acceptances.accept(acceptance)).toEqual({ status: 'accepted' });
  const input = dynamo.commandCalls(PutItemCommand)[0]?.args[0].input;
  expect(input?.ConditionExpression).toBe('attribute_not_exists(#key)');
  expect(input?.Item?.openShard).toBeDefined();
  expect(input?.Item?.expiresAt).toBeUndefined();
});

test('a repeat is answered with the stored one, whole', async () => {
  const stored = { ...acceptance, handedOver: true };
  dynamo.on(PutItemCommand).rejects(serviceError('ConditionalCheckFailedException', { Item: acceptanceItem(stored) }));
  expect(await acceptances.accept(acceptance)).toEqual({ status: 'exists', stored });
});

test('closing takes it out of the index and gives it its expiry', async () => {
  dynamo.on(UpdateItemCommand).resolves({});
  await acceptances.close(acceptance.key, 1_000_000);
  expect(updateInput()?.UpdateExpression).toContain('REMOVE openShard');
  expect(updateInput()?.ExpressionAttributeValues?.[':expires']).toEqual({ N: String(1_000 + 2 * 86_400) });
});

test('marking or closing a closed one changes nothing and is no fault', async () => {
  dynamo.on(UpdateItemCommand).rejects(serviceError('ConditionalCheckFailedException'));
  await acceptances.markHandedOver(acceptance.key);
  await acceptances.close(acceptance.key, 1);
  expect(updateInput()?.ConditionExpression).toBe('attribute_exists(openShard)');
});

test('the due time moves for the first sweep only', async () => {
  dynamo.on(UpdateItemCommand).resolvesOnce({}).rejects(serviceError('ConditionalCheckFailedException'));
  expect(await acceptances.moveDue(acceptance.key, 1, 2)).toBe(true);
  expect(await acceptances.moveDue(acceptance.key, 1, 2)).toBe(false);
  expect(updateInput()?.ConditionExpression).toBe('attribute_exists(openShard) AND dueAtMs = :from');
});

test('open ones come from all shards and pages, oldest first, without those closed since', async () => {
  const at = (key: string, dueAtMs: number): Acceptance => ({ ...acceptance, key, dueAtMs });
  const [late, early, shut] = [
    acceptanceItem(at('late', 20)),
    acceptanceItem(at('early', 10)),
    acceptanceItem(at('shut', 5)),
  ];
  const { openShard: _, ...closed } = shut;
  dynamo.on(QueryCommand).callsFake(async (input) => {
    if (input.ExpressionAttributeValues[':shard'].S !== '3') return { Items: [] };
    return input.ExclusiveStartKey === undefined
      ? { Items: [late, shut], LastEvaluatedKey: { key: { S: 'late' } } }
      : { Items: [early] };
  });
  dynamo.on(BatchGetItemCommand).resolves({ Responses: { acceptances: [late, early, closed] } });
  const found = await acceptances.open(100, 10);
  expect(found.map((each) => each.key)).toEqual(['early', 'late']);
  expect(found[0]?.envelopes[0]).toEqual({ ...envelope, acceptanceKey: 'early' });
});

test('digests that follow from the event take no space, others are kept', () => {
  const { source, id } = envelope.event;
  const made = { ...envelope, key: recordKey(envelope.tenant, source, id), bodyDigest: bodyDigest(envelope.event) };
  const whole = { ...acceptance, envelopes: [made, envelope] };
  const item = acceptanceItem(whole);
  expect(acceptanceFromItem(item)).toEqual(whole);
  const stored = JSON.parse(gunzipSync(item.body?.B ?? new Uint8Array()).toString());
  expect(stored[0].key).toBeUndefined();
  expect(stored[1].bodyDigest).toBe(envelope.bodyDigest);
});
