/** The state store: one versioned result for each step of an application's instance. See docs/state.md for the protocol. */
import { type Fault, InvalidValueError } from './errors';

/** Only `current` may be acted on. The others say why not: being written, given up half-way, or found to be wrong. */
export const FRESHNESS = ['current', 'pending', 'failed', 'stale'] as const;
export type Freshness = (typeof FRESHNESS)[number];

/** Value and basis as JSON in UTF-8, each. What is larger goes to the app store, and its claim check here. */
export const MAX_STATE_BYTES = 100_000;
/** Items of one commit, reads and writes together: TransactWriteItems' limit. */
export const MAX_STATE_COMMIT_ITEMS = 100;
/** All values and bases of one commit together: below TransactWriteItems' 4 MB, with room for the other attributes. */
export const MAX_STATE_COMMIT_BYTES = 3_500_000;
export const MAX_REASON_CHARACTERS = 1_000;

export interface StateKey {
  /** As configured: lower-case letters, digits and hyphens, 1–31. */
  readonly application: string;
  /** One run of the application, or one thing that it looks after (an order, a seat): 1–256 characters. */
  readonly instance: string;
  /** The step whose result it is, or the thing's name: 1–128 characters. */
  readonly name: string;
}

/** A value that was read: whoever acts on it commits on the condition that this version is still current. */
export interface StateRead {
  readonly key: StateKey;
  /** 0: nothing had been put there, and the condition is that nothing has been since. */
  readonly version: number;
}

export interface StateResult {
  readonly key: StateKey;
  /** Rises by one with every put, and with nothing else; 0 before the first. A version that has stopped being current never is again. */
  readonly version: number;
  /** JSON, as the put of `version` left it; `undefined` at version 0. */
  readonly value: unknown;
  /** What the value was made from: the reads of the commit that put it. So whatever depends on a stale result can be found. */
  readonly basis: readonly StateRead[];
  readonly freshness: Freshness;
  /** Why it is stale or failed, at most 1,000 characters; absent otherwise. */
  readonly reason?: string;
  /** Epoch ms: since when it has this freshness, by the clock of whoever made it so. For people and deadlines, never for order. */
  readonly sinceMs: number;
  /** Who began last: step and attempt, or the holder of a recovery's lease; 1–256 characters. */
  readonly owner: string;
  /** Fencing token of the last begin, an integer from 1. Only a higher one can begin; only its holder can put. */
  readonly token: number;
}

/** Who begins, and under which token. Two with one token are told apart by `owner`: the first has it. */
export interface StateClaim {
  readonly key: StateKey;
  readonly owner: string;
  readonly token: number;
}

/** Begins; with `ifVersion` only while that version is still the last. Left out: over whatever is there. */
export interface StateBegin extends StateClaim {
  readonly ifVersion?: number;
}

/** A value, on the condition that `ifVersion` is still there and that this claim is the last that began, and has not ended. */
export interface StateWrite extends StateClaim {
  readonly value: unknown;
  readonly ifVersion: number;
}

export interface StaleMark {
  readonly key: StateKey;
  /** The version that was found to be wrong. */
  readonly ifVersion: number;
  readonly reason: string;
}

export interface FailedMark {
  readonly key: StateKey;
  /** The attempt that was found to have failed: the token under which it began. */
  readonly token: number;
  readonly reason: string;
}

/** All or nothing: the writes, and that every read is still current at that moment. Each key once. */
export interface StateCommit {
  readonly reads: readonly StateRead[];
  readonly writes: readonly StateWrite[];
}

/** Throws with all faults: a limit that is passed is an error of the caller, and no condition that might hold later. */
export function checkClaim(claim: StateBegin): void {
  const { ifVersion } = claim;
  const versionFaults = ifVersion === undefined ? [] : whole('ifVersion', ifVersion, 0);
  throwFaults('state claim', [...claimFaults('', claim), ...versionFaults]);
}

export function checkMark(mark: StaleMark | FailedMark): void {
  const tooLong = mark.reason.length > MAX_REASON_CHARACTERS;
  throwFaults('state mark', [
    ...keyFaults('', mark.key),
    ...(tooLong
      ? [{ path: 'reason', value: mark.reason, allowed: `at most ${MAX_REASON_CHARACTERS} characters` }]
      : []),
  ]);
}

export function checkCommit({ reads, writes }: StateCommit): void {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const look = (path: string, index: number, key: StateKey) => {
    const text = stateKeyText(key);
    if (seen.has(text)) faults.push({ path: text, value: 'twice', allowed: 'each key once in one commit' });
    seen.add(text);
    if (!isKey(key)) faults.push(...keyFaults(`${path}.${index}.`, key));
  };
  for (const [index, each] of reads.entries()) look('reads', index, each.key);
  const basisBytes = writes.length > 0 ? basisBytesOf(reads) : 0;
  let bytes = 0;
  for (const [index, each] of writes.entries()) {
    look('writes', index, each.key);
    const valueBytes = jsonBytes(each.value);
    bytes += valueBytes + basisBytes;
    faults.push(...writeFaults(`writes.${index}.`, each, valueBytes));
  }
  faults.push(
    ...limit('items', reads.length + writes.length, MAX_STATE_COMMIT_ITEMS),
    ...limit('bytes of reads', basisBytes, MAX_STATE_BYTES),
    ...limit('bytes', bytes, MAX_STATE_COMMIT_BYTES),
  );
  throwFaults('state commit', faults);
}

/** A key as text, for messages and for maps. Two keys have one text only where they are one key. */
export const stateKeyText = ({ application, instance, name }: StateKey): string =>
  `${application.length}.${instance.length}:${application}/${instance}/${name}`;

/** Exact only where it could matter: a few reads cannot come near the limit. */
const basisBytesOf = (reads: readonly StateRead[]): number => (reads.length <= FEW_READS ? 0 : jsonBytes(reads));
/** At six bytes for each character of the longest keys, these and as many writes stay far below both limits. */
const FEW_READS = 20;

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? 'null');

function writeFaults(path: string, write: StateWrite, valueBytes: number): Fault[] {
  return [
    ...ownFaults(path, write),
    ...whole(`${path}ifVersion`, write.ifVersion, 0),
    ...limit(`${path}value (bytes)`, valueBytes, MAX_STATE_BYTES),
  ];
}

const claimFaults = (path: string, claim: StateClaim): Fault[] =>
  isKey(claim.key) ? ownFaults(path, claim) : [...keyFaults(path, claim.key), ...ownFaults(path, claim)];

const ownFaults = (path: string, claim: StateClaim): Fault[] => [
  ...within(`${path}owner`, claim.owner, 256),
  ...whole(`${path}token`, claim.token, 1),
];

const APPLICATION = /^[a-z][a-z0-9-]{0,30}$/;
const isBetween = (length: number, most: number): boolean => length >= 1 && length <= most;
const isKey = ({ application, instance, name }: StateKey): boolean =>
  isBetween(instance.length, 256) && isBetween(name.length, 128) && APPLICATION.test(application);

function keyFaults(path: string, key: StateKey): Fault[] {
  const named = APPLICATION.test(key.application);
  return [
    ...(named ? [] : [{ path: `${path}application`, value: key.application, allowed: 'a name as configured' }]),
    ...within(`${path}instance`, key.instance, 256),
    ...within(`${path}name`, key.name, 128),
  ];
}

const within = (path: string, value: string, most: number): Fault[] =>
  isBetween(value.length, most) ? [] : [{ path, value, allowed: `1–${most} characters` }];

const whole = (path: string, value: number, least: number): Fault[] =>
  Number.isSafeInteger(value) && value >= least ? [] : [{ path, value, allowed: `a whole number from ${least}` }];

const limit = (path: string, value: number, most: number): Fault[] =>
  value <= most ? [] : [{ path, value, allowed: `at most ${most}` }];

function throwFaults(what: string, faults: readonly Fault[]): void {
  if (faults.length > 0) throw new InvalidValueError(what, faults);
}
