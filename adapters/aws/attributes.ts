/** DynamoDB attributes by hand: Triage stores flat items, so the SDK's marshaller would only add to every bundle. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const flag = (value: boolean): AttributeValue => ({ BOOL: value });
/** Any JSON value. `undefined` becomes null, since an attribute cannot be absent and present. */
export const json = (value: unknown): AttributeValue => ({ S: JSON.stringify(value) ?? 'null' });

export const textOf = (item: Item, name: string): string | undefined => item[name]?.S;
export const numberOf = (item: Item, name: string): number | undefined => {
  const digits = item[name]?.N;
  return digits === undefined ? undefined : Number(digits);
};
export const jsonOf = (item: Item, name: string): unknown => JSON.parse(item[name]?.S ?? 'null');

/** A stream's image carries bytes as base64 where a table read carries bytes. */
export function bytesOf(value: AttributeValue | undefined): Uint8Array | undefined {
  const bytes: unknown = value?.B;
  return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : (bytes as Uint8Array | undefined);
}

/** An attribute that must be there; an item without it was not written by Triage. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new TypeError(`stored item has no attribute ${name}`);
  return value;
}

/** Spreads a sparse index's writers evenly. FNV-1a: any stable hash does, and this one is four lines. */
export function shardOf(key: string, shards: number): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return String((hash >>> 0) % shards);
}

export const epochSeconds = (ms: number): number => Math.floor(ms / 1000);
export const DAY_SECONDS = 86_400;
