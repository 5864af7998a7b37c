/** The states table's items, and the conditions on them. The same conditions by name: core/contracts/state-conditions.ts. */
import type { StateBegin, StateKey, StateRead, StateResult, StateWrite } from '../../core/contracts/state';
import { type Item, json, jsonOf, number, numberOf, required, text, textOf } from './attributes';

/** Most of the attributes' names are reserved words of DynamoDB's. */
const names = (...used: readonly string[]): Record<string, string> =>
  Object.fromEntries(used.map((each) => [`#${each}`, each]));

/** What a refusal shows comes from the same moment as the refusal. */
const SHOW_FOUND = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };

/** An application's name has no slash, so that this can be taken apart again whatever the instance is called. */
export const instanceText = (application: string, instance: string): string => `${application}/${instance}`;

export const stateKeyItem = (key: StateKey): Item => ({
  instance: text(instanceText(key.application, key.instance)),
  name: text(key.name),
});

/** Reads a result from its item, also from a stream's image of it. */
export function stateFromItem(item: Item): StateResult {
  const path = required(textOf(item, 'instance'), 'instance');
  const slash = path.indexOf('/');
  const reason = textOf(item, 'reason');
  return {
    key: {
      application: path.slice(0, slash),
      instance: path.slice(slash + 1),
      name: required(textOf(item, 'name'), 'name'),
    },
    version: required(numberOf(item, 'version'), 'version'),
    value: item.value === undefined ? undefined : jsonOf(item, 'value'),
    basis: item.basis === undefined ? [] : (jsonOf(item, 'basis') as StateRead[]),
    freshness: required(textOf(item, 'freshness'), 'freshness') as StateResult['freshness'],
    ...(reason === undefined ? {} : { reason }),
    sinceMs: required(numberOf(item, 'sinceMs'), 'sinceMs'),
    owner: required(textOf(item, 'owner'), 'owner'),
    token: required(numberOf(item, 'token'), 'token'),
  };
}

export function beginUpdate(table: string, claim: StateBegin, atMs: number) {
  const { ifVersion } = claim;
  return {
    TableName: table,
    Key: stateKeyItem(claim.key),
    UpdateExpression:
      'SET #owner = :owner, #token = :token, #freshness = :pending, #sinceMs = :at, #version = if_not_exists(#version, :zero) REMOVE #reason',
    ConditionExpression: `(attribute_not_exists(#token) OR #token < :token)${overVersion(ifVersion)}`,
    ExpressionAttributeNames: names('owner', 'token', 'freshness', 'sinceMs', 'version', 'reason'),
    ExpressionAttributeValues: {
      ':owner': text(claim.owner),
      ':token': number(claim.token),
      ':pending': text('pending'),
      ':at': number(atMs),
      ':zero': number(0),
      ...(ifVersion === undefined ? {} : { ':read': number(ifVersion) }),
    } satisfies Item,
    ...SHOW_FOUND,
  };
}

const overVersion = (ifVersion: number | undefined): string => {
  if (ifVersion === undefined) return '';
  return ifVersion === 0 ? ' AND (attribute_not_exists(#version) OR #version = :read)' : ' AND #version = :read';
};

export function putUpdate(table: string, write: StateWrite, basis: readonly StateRead[], atMs: number) {
  const based = basis.length > 0;
  return {
    TableName: table,
    Key: stateKeyItem(write.key),
    UpdateExpression: `SET #value = :value, #version = :next, #freshness = :current, #sinceMs = :at${
      based ? ', #basis = :basis' : ' REMOVE #basis'
    }`,
    ConditionExpression: '#token = :token AND #owner = :owner AND #freshness = :pending AND #version = :read',
    ExpressionAttributeNames: names('value', 'version', 'freshness', 'sinceMs', 'basis', 'token', 'owner'),
    ExpressionAttributeValues: {
      ':value': json(write.value),
      ':next': number(write.ifVersion + 1),
      ':current': text('current'),
      ':at': number(atMs),
      ':token': number(write.token),
      ':owner': text(write.owner),
      ':pending': text('pending'),
      ':read': number(write.ifVersion),
      ...(based ? { ':basis': json(basis) } : {}),
    } satisfies Item,
    ...SHOW_FOUND,
  };
}

/** A reader's condition, for its own transaction: that what it read is still current. */
export function currentCheck(table: string, read: StateRead) {
  const common = { TableName: table, Key: stateKeyItem(read.key), ...SHOW_FOUND };
  const version = { ':read': number(read.version) };
  if (read.version === 0)
    return {
      ...common,
      ConditionExpression: 'attribute_not_exists(#version) OR #version = :read',
      ExpressionAttributeNames: names('version'),
      ExpressionAttributeValues: version satisfies Item,
    };
  return {
    ...common,
    ConditionExpression: '#version = :read AND #freshness = :current',
    ExpressionAttributeNames: names('version', 'freshness'),
    ExpressionAttributeValues: { ...version, ':current': text('current') } satisfies Item,
  };
}

/** `held`: the attribute that says what was judged, at the value that it had; and the freshness that it must still have. */
export function markUpdate(
  table: string,
  mark: { readonly key: StateKey; readonly reason: string },
  held: { readonly name: 'version' | 'token'; readonly value: number; readonly freshness: 'current' | 'pending' },
  freshness: 'stale' | 'failed',
  atMs: number,
) {
  return {
    TableName: table,
    Key: stateKeyItem(mark.key),
    UpdateExpression: 'SET #freshness = :freshness, #reason = :reason, #sinceMs = :at',
    ConditionExpression: '#held = :held AND #freshness = :still',
    ExpressionAttributeNames: { ...names('freshness', 'reason', 'sinceMs'), '#held': held.name },
    ExpressionAttributeValues: {
      ':freshness': text(freshness),
      ':reason': text(mark.reason),
      ':at': number(atMs),
      ':held': number(held.value),
      ':still': text(held.freshness),
    } satisfies Item,
    ...SHOW_FOUND,
  };
}
