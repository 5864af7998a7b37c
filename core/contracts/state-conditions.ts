/**
 * The conditions of the state store's writes, on the item as it was before: what the memory adapter checks, and how the AWS adapter
 * reads a refusal. There the database itself checks them, by the expressions beside its items; one suite runs on both.
 */
import { canonicalJson } from './identity';
import type { FailedMark, StaleMark, StateBegin, StateClaim, StateRead, StateResult, StateWrite } from './state';

export const STATE_CONDITIONS = [
  'begin: only with a higher token',
  'begin: only over the version that was named',
  'put: only by whoever began last',
  'put: only while it is pending',
  'put: only over the version that was named',
  'stale: only at the version that was judged',
  'stale: only while it is current',
  'failed: only the attempt that was judged',
  'failed: only while it is pending',
  'read: only at the version that was read',
  'read: only while it is current',
  'commit: reads and writes all or nothing',
] as const;
export type StateCondition = (typeof STATE_CONDITIONS)[number];

/** What the condition was about: nothing is there, or the token and its owner, the freshness, or the version are others. */
export type StateRefusal = 'absent' | 'token' | 'freshness' | 'version';

export interface StateCheck {
  readonly condition: StateCondition;
  readonly held: boolean;
  readonly why: StateRefusal;
}

const check = (condition: StateCondition, why: StateRefusal, held: boolean): StateCheck => ({ condition, why, held });

/** In the order in which a refusal names them: the token first, since who has lost it must not look at the rest. */
export const beginChecks = (found: StateResult, claim: StateBegin): readonly StateCheck[] => [
  check('begin: only with a higher token', 'token', found.token < claim.token),
  check(
    'begin: only over the version that was named',
    'version',
    claim.ifVersion === undefined || found.version === claim.ifVersion,
  ),
];

export const putChecks = (found: StateResult, write: StateWrite): readonly StateCheck[] => [
  check('put: only by whoever began last', 'token', isMine(found, write)),
  check('put: only while it is pending', 'freshness', found.freshness === 'pending'),
  check('put: only over the version that was named', 'version', found.version === write.ifVersion),
];

export const staleChecks = (found: StateResult, mark: StaleMark): readonly StateCheck[] => [
  check('stale: only at the version that was judged', 'version', found.version === mark.ifVersion),
  check('stale: only while it is current', 'freshness', found.freshness === 'current'),
];

export const failedChecks = (found: StateResult, mark: FailedMark): readonly StateCheck[] => [
  check('failed: only the attempt that was judged', 'token', found.token === mark.token),
  check('failed: only while it is pending', 'freshness', found.freshness === 'pending'),
];

export const readChecks = (found: StateResult, read: StateRead): readonly StateCheck[] => [
  check('read: only at the version that was read', 'version', found.version === read.version),
  // Of nothing there is nothing that could be out of date; who has begun to put there has put nothing yet.
  check('read: only while it is current', 'freshness', read.version === 0 || found.freshness === 'current'),
];

/** Where a condition failed: was it because this very call was carried out before, and its answer lost? */
export const isBegun = (found: StateResult, claim: StateClaim): boolean =>
  isMine(found, claim) && found.freshness === 'pending';

/** Put by this claim, with this value or another. A begin that comes after it has nothing to do any more. */
export const isPut = (found: StateResult, claim: StateClaim): boolean =>
  isMine(found, claim) && found.freshness === 'current';

/** Found stale since, it was written all the same. Another value under the same claim is no repeat, and is refused. */
export const isWritten = (found: StateResult, write: StateWrite): boolean =>
  isMine(found, write) &&
  (found.freshness === 'current' || found.freshness === 'stale') &&
  found.version === write.ifVersion + 1 &&
  canonicalJson(found.value) === canonicalJson(write.value);

export const isMarkedStale = (found: StateResult, mark: StaleMark): boolean =>
  found.version === mark.ifVersion && found.freshness === 'stale';

export const isMarkedFailed = (found: StateResult, mark: FailedMark): boolean =>
  found.token === mark.token && found.freshness === 'failed';

/** What the first check that does not hold was about. */
export const refusalOf = (checks: readonly StateCheck[]): StateRefusal | undefined =>
  checks.find((each) => !each.held)?.why;

const isMine = (found: StateResult, claim: StateClaim): boolean =>
  found.token === claim.token && found.owner === claim.owner;
