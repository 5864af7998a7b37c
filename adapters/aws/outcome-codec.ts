/**
 * How an outcome is stored: positions in place of names and the event's key said once, so that the usual one costs a single write
 * unit (1 KiB). Long ones are deflated. The layout's first element is its version.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { EmittedEvent, KeyedWrite, NodeOutput, Outcome, OutcomeKind } from '../../core/contracts/ledger';
import { bytesOf } from './attributes';

/** Stands for the event's key. JSON escapes control characters, so that it cannot occur in encoded text by itself. */
const KEY_MARK = '\u0001';
/** Below this, deflating costs more processor time than it saves write units. */
const DEFLATE_ABOVE_BYTES = 760;

type WriteRow = [collection: string, key: string, version: number, value: unknown, receipt: string];
type EmitRow = [id: string, tenant: string, event: EmittedEvent['event']];
type OutcomeRow = [
  layout: 1,
  reason: string,
  bodyDigest: string,
  decidedAtMs: number,
  decidedAfterMs: number,
  lane: string,
  tenant: string,
  source: string,
  id: string,
  type: string,
  chain: string | null,
  writes: WriteRow[],
  emits: EmitRow[],
  contexts: readonly string[],
  ran?: [instance: string, execution: string] | null,
  acceptance?: string,
];

export function encodeOutcome(key: string, outcome: Outcome): AttributeValue {
  const row: OutcomeRow = [
    1,
    outcome.reason,
    outcome.bodyDigest,
    outcome.decidedAtMs,
    outcome.decidedAtMs - outcome.acceptedAtMs,
    outcome.lane,
    outcome.tenant,
    outcome.source,
    outcome.id,
    outcome.type,
    outcome.chain ?? null,
    outcome.writes.map(toWriteRow),
    outcome.emits.map(toEmitRow),
    outcome.contexts,
  ];
  const { ran, acceptance } = outcome;
  if (ran !== undefined || acceptance !== undefined) row.push(ran === undefined ? null : [ran.instance, ran.execution]);
  if (acceptance !== undefined) row.push(acceptance);
  return pack(key, row);
}

export function decodeOutcome(key: string, kind: OutcomeKind, stored: AttributeValue): Outcome {
  const row = unpack(key, stored) as OutcomeRow;
  const [, reason, bodyDigest, decidedAtMs, decidedAfterMs, lane, tenant, source, id, type, chain] = row;
  return {
    kind,
    reason,
    bodyDigest,
    decidedAtMs,
    acceptedAtMs: decidedAtMs - decidedAfterMs,
    lane,
    tenant,
    source,
    id,
    type,
    ...(chain === null ? {} : { chain }),
    writes: row[11].map(fromWriteRow),
    emits: row[12].map(fromEmitRow),
    contexts: row[13],
    ...(row[14] ? { ran: { instance: row[14][0], execution: row[14][1] } } : {}),
    ...(row[15] === undefined ? {} : { acceptance: row[15] }),
  };
}

/** A node's output, in the same compact form. */
export function encodeOutput(key: string, output: NodeOutput): AttributeValue {
  return pack(key, toOutputRow(output));
}

export function decodeOutput(key: string, stored: AttributeValue): NodeOutput {
  return fromOutputRow(unpack(key, stored) as OutputRow);
}

export type OutputRow = [result: unknown, writes: WriteRow[], emits: EmitRow[]];
export const toOutputRow = (output: NodeOutput): OutputRow => [
  output.result ?? null,
  output.writes.map(toWriteRow),
  output.emits.map(toEmitRow),
];
export const fromOutputRow = ([result, writes, emits]: OutputRow): NodeOutput => ({
  result,
  writes: writes.map(fromWriteRow),
  emits: emits.map(fromEmitRow),
});

const toWriteRow = (each: KeyedWrite): WriteRow => [
  each.collection,
  each.key,
  each.version,
  each.value ?? null,
  each.receipt,
];
const fromWriteRow = ([collection, key, version, value, receipt]: WriteRow): KeyedWrite => ({
  collection,
  key,
  version,
  value,
  receipt,
});
const toEmitRow = (each: EmittedEvent): EmitRow => [each.id, each.tenant, each.event];
const fromEmitRow = ([id, tenant, event]: EmitRow): EmittedEvent => ({ id, tenant, event });

export function pack(key: string, value: unknown): AttributeValue {
  const text = JSON.stringify(value).replaceAll(key, KEY_MARK);
  return text.length > DEFLATE_ABOVE_BYTES ? { B: deflateRawSync(text) } : { S: text };
}

export function unpack(key: string, stored: AttributeValue): unknown {
  const bytes = bytesOf(stored);
  const text = bytes === undefined ? (stored.S ?? 'null') : inflateRawSync(bytes).toString();
  return JSON.parse(text.replaceAll(KEY_MARK, key));
}
