/** Controllers' leases, states and switches in the control table, and their decisions in a table of their own. */

import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type DecisionRecord, type SchedulingMode, stricterMode } from '../../core/contracts/scheduling';
import type { Controllers } from '../../core/ports';
import { bytesOf, DAY_SECONDS, epochSeconds, type Item, number, numberOf, required, text, textOf } from './attributes';
import { holds, isConditionFailure } from './retry';

export interface ControllersOptions {
  readonly dynamo: DynamoDBClient;
  readonly controlTable: string;
  readonly decisionsTable: string;
  /** How long a decision is kept. */
  readonly retentionDays: number;
}

const leaseKey = (lane: string) => ({ id: text(`controller#${lane}`) });
/** Everybody's switch lies under a name that no lane can have. */
const modeKey = (lane: string | undefined) => ({ id: text(`scheduling#${lane ?? '*'}`) });
const packed = (value: string) => ({ B: gzipSync(value) });
const unpacked = (item: Item, name: string): string | undefined => {
  const bytes = bytesOf(item[name]);
  return bytes === undefined ? undefined : gunzipSync(bytes).toString();
};

/** Whoever reads a state judges it: bytes that are no gzip are passed on as they are. */
function stateOf(item: Item): string | undefined {
  try {
    return unpacked(item, 'state');
  } catch {
    return Buffer.from(bytesOf(item.state) ?? []).toString();
  }
}

export function createControllers({
  dynamo,
  controlTable,
  decisionsTable,
  retentionDays,
}: ControllersOptions): Controllers {
  const modeOf = async (lane: string | undefined): Promise<SchedulingMode | undefined> => {
    const { Item } = await dynamo.send(new GetItemCommand({ TableName: controlTable, Key: modeKey(lane) }));
    return textOf(Item ?? {}, 'mode') as SchedulingMode | undefined;
  };
  const put = (decision: DecisionRecord) =>
    dynamo.send(
      new PutItemCommand({
        TableName: decisionsTable,
        Item: {
          lane: text(decision.lane),
          atMs: number(decision.atMs),
          body: packed(JSON.stringify(decision)),
          expiresAt: number(epochSeconds(decision.atMs) + retentionDays * DAY_SECONDS),
        },
      }),
    );
  return {
    mode: async (lane) => stricterMode(...(await Promise.all([modeOf(undefined), modeOf(lane)]))),
    setMode: async (lane, mode) => {
      await dynamo.send(new PutItemCommand({ TableName: controlTable, Item: { ...modeKey(lane), mode: text(mode) } }));
    },
    acquire: async (lane, nowMs, untilMs) => {
      try {
        const { Attributes } = await dynamo.send(
          new UpdateItemCommand({
            TableName: controlTable,
            Key: leaseKey(lane),
            // A repeat after a lost answer only raises the token once more, and finds the lease taken by itself: one step is skipped.
            UpdateExpression: 'SET leaseUntilMs = :until, #token = if_not_exists(#token, :zero) + :one',
            ConditionExpression: 'attribute_not_exists(leaseUntilMs) OR leaseUntilMs <= :now',
            ExpressionAttributeNames: { '#token': 'token' },
            ExpressionAttributeValues: {
              ':until': number(untilMs),
              ':now': number(nowMs),
              ':zero': number(0),
              ':one': number(1),
            },
            ReturnValues: 'ALL_NEW',
          }),
        );
        const item = Attributes ?? {};
        return { token: required(numberOf(item, 'token'), 'token'), state: stateOf(item) };
      } catch (error) {
        if (isConditionFailure(error)) return undefined;
        throw error;
      }
    },
    begin: async (token, decision) => {
      const mine = await holds(
        dynamo.send(
          new UpdateItemCommand({
            TableName: controlTable,
            Key: leaseKey(decision.lane),
            UpdateExpression: 'SET decidedAtMs = :at',
            ConditionExpression: '#token = :token',
            ExpressionAttributeNames: { '#token': 'token' },
            ExpressionAttributeValues: { ':token': number(token), ':at': number(decision.atMs) },
          }),
        ),
      );
      if (mine) await put(decision);
      return mine;
    },
    finish: async (token, decision, state) => {
      await put(decision);
      return holds(
        dynamo.send(
          new UpdateItemCommand({
            TableName: controlTable,
            Key: leaseKey(decision.lane),
            UpdateExpression: 'SET #state = :state, leaseUntilMs = :free',
            ConditionExpression: '#token = :token',
            ExpressionAttributeNames: { '#token': 'token', '#state': 'state' },
            ExpressionAttributeValues: { ':token': number(token), ':state': packed(state), ':free': number(0) },
          }),
        ),
      );
    },
    decisions: async (lane, { limit, untilMs }) => {
      const { Items } = await dynamo.send(
        new QueryCommand({
          TableName: decisionsTable,
          KeyConditionExpression: 'lane = :lane AND atMs <= :until',
          ExpressionAttributeValues: { ':lane': text(lane), ':until': number(untilMs ?? Number.MAX_SAFE_INTEGER) },
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      return (Items ?? []).map((item) => JSON.parse(required(unpacked(item, 'body'), 'body')) as DecisionRecord);
    },
  };
}
