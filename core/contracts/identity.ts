/** Who an event is, and the keys that are made from that. Digests only: the same content makes the same key, anywhere and again. */
import { createHash } from 'node:crypto';

const digest = (text: string, encoding: 'hex' | 'base64url') => createHash('sha256').update(text).digest(encoding);

/** An event's identity is (tenant, source, id): the key of its record. Short, since every item of the event carries it. */
export function recordKey(tenant: string, source: string, id: string): string {
  return digest(JSON.stringify([tenant, source, id]), 'base64url');
}

/** SHA-256, hex, of the event's canonical JSON: the same identity with another digest is another event under a stolen name. */
export function bodyDigest(event: unknown): string {
  return digest(canonicalJson(event), 'hex');
}

/** SHA-256 of bytes, hex: what a producer states of the object behind a claim check. */
export function bytesDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Key of an acceptance: of all identities, generations and bodies in it, whatever their order. What differs between two tries of
 * the same batch (the time) is left out on purpose.
 */
export function acceptanceKey(
  envelopes: readonly { readonly key: string; readonly generation: number; readonly bodyDigest: string }[],
): string {
  const parts = envelopes.map((each) => `${each.key}#${each.generation}#${each.bodyDigest}`).sort();
  return digest(parts.join('\n'), 'base64url');
}

/** Id of the event that a unit emits: a repeat of the publisher makes the same one, and the ledger removes it as a duplicate. */
export function emittedId(key: string, generation: number, unit: string, index: number): string {
  return digest(JSON.stringify([key, generation, unit, index]), 'base64url');
}

/** JSON with the members of every object in order of their names (UTF-16 code units) and no space. Members without a value are left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(members)
    .filter((name) => members[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(members[name])}`)
    .join(',')}}`;
}
