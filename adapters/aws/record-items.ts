/** The stored form of a ledger record. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Position } from '../../core/contracts/event';
import type { Coordinated, LedgerRecord, OutcomeKind, Progress, RecordKey } from '../../core/contracts/ledger';
import { type Item, number, numberOf, required, text, textOf } from './attributes';
import { decodeOutcome, decodeOutput, fromOutputRow, type OutputRow, pack, toOutputRow, unpack } from './outcome-codec';

export const recordKeyItem = ({ key, generation }: RecordKey): Item => ({
  key: text(key),
  generation: number(generation),
});

export const encodeProgress = (key: string, progress: Progress): AttributeValue =>
  pack(key, [
    progress.position,
    progress.outputs.map(toOutputRow),
    progress.bodyDigest,
    progress.committedAtMs,
    ...(progress.coordinated === undefined ? [] : [progress.coordinated]),
  ]);

/** Reads a record from a table's item or from a stream's image of it. */
export function recordFromItem(item: Item): LedgerRecord {
  const key = required(textOf(item, 'key'), 'key');
  const lastError = textOf(item, 'lastError');
  const kind = textOf(item, 'kind');
  return {
    key,
    generation: required(numberOf(item, 'generation'), 'generation'),
    attempts: numberOf(item, 'attempts') ?? 0,
    ...(item.progress === undefined ? {} : { progress: decodeProgress(key, item.progress, item.branches?.M ?? {}) }),
    ...(lastError === undefined ? {} : { lastError }),
    ...(item.outcome === undefined
      ? {}
      : { outcome: decodeOutcome(key, required(kind, 'kind') as OutcomeKind, item.outcome) }),
  };
}

function decodeProgress(key: string, stored: AttributeValue, branches: Item): Progress {
  const [position, outputs, bodyDigest, committedAtMs, coordinated] = unpack(key, stored) as [
    Position,
    OutputRow[],
    (string | null)?,
    (number | null)?,
    Coordinated?,
  ];
  return {
    position,
    outputs: outputs.map(fromOutputRow),
    branches: Object.fromEntries(Object.entries(branches).map(([name, each]) => [name, decodeOutput(key, each)])),
    ...(typeof bodyDigest === 'string' ? { bodyDigest } : {}),
    ...(typeof committedAtMs === 'number' ? { committedAtMs } : {}),
    ...(coordinated === undefined ? {} : { coordinated }),
  };
}
