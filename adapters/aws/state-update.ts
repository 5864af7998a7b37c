/** One conditional write of the states table, and what its refusal means. */
import { type DynamoDBClient, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { StateResult } from '../../core/contracts/state';
import { refusalOf, type StateCheck } from '../../core/contracts/state-conditions';
import type { StateConflict, StateRefused } from '../../core/ports';
import type { Item } from './attributes';
import { isConditionFailure, isThrottling } from './retry';
import { stateFromItem } from './state-items';

export type Updated =
  | { readonly status: 'updated'; readonly item: Item }
  | { readonly status: 'failed'; readonly found: StateResult | undefined }
  | StateConflict;

export async function updateState(dynamo: DynamoDBClient, input: UpdateItemCommandInput): Promise<Updated> {
  try {
    return { status: 'updated', item: (await dynamo.send(new UpdateItemCommand(input))).Attributes ?? {} };
  } catch (error) {
    if (isConditionFailure(error)) {
      const { Item } = error as { Item?: Item };
      return { status: 'failed', found: Item === undefined ? undefined : stateFromItem(Item) };
    }
    if (isThrottling(error) || (error as Error).name === 'TransactionConflictException') return { status: 'conflict' };
    throw error;
  }
}

export function refused(
  found: StateResult | undefined,
  checks: (found: StateResult) => readonly StateCheck[],
): StateRefused | StateConflict {
  if (found === undefined) return { status: 'refused', why: 'absent', found };
  const why = refusalOf(checks(found));
  // The item holds what the database says it does not: its answer belongs to no one moment, so the call is to be repeated.
  return why === undefined ? { status: 'conflict' } : { status: 'refused', why, found };
}
