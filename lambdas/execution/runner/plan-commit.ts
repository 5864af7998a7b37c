/** Which records of a batch are committed together: those that touch a context in common, within what one transaction holds. */

import type { LedgerRecord } from '../../../core/contracts/ledger';
import { compareSequences } from '../../../core/policies/sequence';
import type { Candidate } from '../../../core/units/fold';

/** DynamoDB's TransactWriteItems. */
export const MOST_TRANSACTION_ITEMS = 100;

/** What planning looks at, besides the candidate: whether an earlier attempt has left an error. */
export type Planned = Candidate & { readonly record?: Pick<LedgerRecord, 'lastError'> };

/** A chunk is one commit; the chunks of a group follow one another, groups run side by side. */
export type CommitPlan<C> = readonly (readonly (readonly C[])[])[];

export function planCommits<C extends Planned>(
  candidates: readonly C[],
  mostItems: number = MOST_TRANSACTION_ITEMS,
): CommitPlan<C> {
  return groupByContext(candidates).map((group) => chunk(inSequence(group), mostItems));
}

/** Connected by shared contexts, directly or over another record; in the batch's order. A record without a context is alone. */
function groupByContext<C extends Planned>(candidates: readonly C[]): C[][] {
  const owner = new Map<string, number>();
  const parent = candidates.map((_, index) => index);
  const root = (index: number): number => {
    const up = parent[index] ?? index;
    return up === index ? index : root(up);
  };
  candidates.forEach((candidate, index) => {
    for (const key of candidate.contextKeys) {
      const other = owner.get(key);
      if (other === undefined) owner.set(key, index);
      else parent[root(index)] = root(other);
    }
  });
  const groups = new Map<number, C[]>();
  candidates.forEach((candidate, index) => {
    const top = root(index);
    groups.set(top, [...(groups.get(top) ?? []), candidate]);
  });
  return [...groups.values()];
}

/** By `sequence` where each record has one, so that a batch received out of order supersedes none of its own. */
function inSequence<C extends Planned>(group: readonly C[]): readonly C[] {
  const sequenceOf = (candidate: C) => candidate.envelope.event.sequence;
  if (!group.every((candidate) => candidate.located?.chain.sequenced && sequenceOf(candidate) !== undefined))
    return group;
  return [...group].sort((a, b) => compareSequences(sequenceOf(a) ?? '', sequenceOf(b) ?? ''));
}

/**
 * At most so many items, and each record once: a transaction may not touch an item twice. A record that has failed before is
 * committed alone: what the service will not take of it must not fail its neighbours again.
 */
function chunk<C extends Planned>(group: readonly C[], mostItems: number): C[][] {
  const chunks: C[][] = [];
  let current: C[] = [];
  let items = new Set<string>();
  for (const candidate of group) {
    const record = `record ${candidate.envelope.key}#${candidate.envelope.generation}`;
    const own = [record, ...candidate.contextKeys];
    const size = new Set([...items, ...own]).size;
    const alone = hasFailed(candidate) || current.some(hasFailed);
    if (current.length > 0 && (size > mostItems || items.has(record) || alone)) {
      chunks.push(current);
      current = [];
      items = new Set();
    }
    current.push(candidate);
    for (const item of own) items.add(item);
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}

function hasFailed({ record }: Planned): boolean {
  return record?.lastError !== undefined;
}
