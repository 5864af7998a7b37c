/** Which published version a runner's alias goes back to, if it may be moved at all. */

export interface RollbackInput {
  /** Version that the alias names. */
  readonly live: string;
  /** Shares of other versions, by version: not empty while a deploy warms one. */
  readonly weights: Readonly<Record<string, number>>;
  /** All of the function, in any order; `$LATEST` may be among them. */
  readonly versions: readonly string[];
  /** Left out: the newest one before the live one. */
  readonly wanted: string | undefined;
}

export interface RollbackTarget {
  /** `undefined`: the alias stays. */
  readonly decision: string | undefined;
  readonly reason: string;
  /** What helps where it stays; empty otherwise. */
  readonly remedy: string;
}

export function targetVersion({ live, weights, versions, wanted }: RollbackInput): RollbackTarget {
  if (Object.keys(weights).length > 0)
    return stays(
      `its alias shares invocations out between ${[live, ...Object.keys(weights)].join(' and ')}`,
      'A deploy is under way. Let it end, or end it; then try again.',
    );
  const published = versions.map(Number).filter((version) => Number.isInteger(version) && version > 0);
  if (wanted !== undefined) {
    if (wanted === live) return stays(`version ${live} is live already`, 'Name another version with --to.');
    return published.includes(Number(wanted))
      ? { decision: wanted, reason: 'asked for', remedy: '' }
      : stays(`it has no version ${wanted}`, `These exist: ${published.sort((a, b) => a - b).join(', ') || 'none'}.`);
  }
  const earlier = published.filter((version) => version < Number(live));
  return earlier.length === 0
    ? stays(`there is no published version before ${live}`, 'Deploy the former code instead.')
    : { decision: String(Math.max(...earlier)), reason: 'the newest one before the live one', remedy: '' };
}

function stays(reason: string, remedy: string): RollbackTarget {
  return { decision: undefined, reason, remedy };
}
