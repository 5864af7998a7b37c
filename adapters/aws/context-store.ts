/** Read side of the context table. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ContextItem } from '../../core/contracts/ledger';
import type { ContextStore } from '../../core/ports/context-store';
import { type Item, jsonOf, numberOf, required, text, textOf } from './attributes';
import { batchGet } from './batch-get';
import { jitteredWait, type Wait } from './retry';

export function createContextStore(options: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  readonly wait?: Wait;
}): ContextStore {
  return {
    read: async (keys) =>
      (
        await batchGet(
          options.dynamo,
          options.table,
          keys.map((key) => ({ key: text(key) })),
          { wait: options.wait ?? jitteredWait },
        )
      ).map(contextFromItem),
  };
}

/** Reads a context from its stored item. */
export function contextFromItem(item: Item): ContextItem {
  const sequence = textOf(item, 'sequence');
  return {
    key: required(textOf(item, 'key'), 'key'),
    version: required(numberOf(item, 'version'), 'version'),
    n: required(numberOf(item, 'n'), 'n'),
    ...(sequence === undefined ? {} : { sequence }),
    value: jsonOf(item, 'value'),
  };
}
