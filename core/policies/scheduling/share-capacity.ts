/**
 * Weighted max-min sharing: nobody gets more than it needs, and what a lane leaves over goes to the others by weight. It is
 * ESMRM's μ_i = w_i μ where every lane needs its whole share, and work-conserving where some do not (Bertsekas and Gallager, Data
 * Networks, 1992, section 6.5.2).
 */

export interface Claim {
  readonly lane: string;
  /** Positive. */
  readonly weight: number;
  /** Environments it could use; whole, 0 or more. */
  readonly needed: number;
  /** Part of `needed` that is shared out first, to all lanes, before any gets more. Whole, 0 or more; absent: nothing is. */
  readonly pressing?: number;
  /** Environments that it gets before anything is shared, where it needs them; whole, 0 or more. */
  readonly floor: number;
}

export interface Share {
  readonly lane: string;
  /** Whole; at most `needed`. */
  readonly granted: number;
  /** Part of `granted` above the lane's own share w_i / Σw of the total: lent by lanes that need less than theirs. */
  readonly borrowed: number;
}

/**
 * `total`: environments to share out, whole, 0 or more. With `lend` false a lane gets at most its own share, as though every lane
 * needed all of it. Answers in the order of the claims; the sum of `granted` is never above `total`.
 */
export function shareCapacity(claims: readonly Claim[], total: number, lend = true): Share[] {
  const weights = claims.reduce((sum, each) => sum + each.weight, 0);
  const own = (claim: Claim) => (total * claim.weight) / weights;
  const shares = lend
    ? waterFill(pressingFirst(claims, total), total, Number.POSITIVE_INFINITY)
    : waterFill(claims, total, own);
  const granted = wholeShares(claims, shares, total);
  return claims.map((claim, index) => {
    const got = granted[index] ?? 0;
    return { lane: claim.lane, granted: got, borrowed: Math.max(0, got - Math.ceil(own(claim))) };
  });
}

/** Where there is enough for what presses, everybody has it before the rest is shared; where there is not, it is all that is shared. */
function pressingFirst(claims: readonly Claim[], total: number): readonly Claim[] {
  const pressing = (claim: Claim) => Math.min(claim.needed, Math.max(claim.floor, claim.pressing ?? 0));
  const isShort = claims.reduce((sum, each) => sum + pressing(each), 0) > total;
  return claims.map((each) => (isShort ? { ...each, needed: pressing(each) } : { ...each, floor: pressing(each) }));
}

/** Real-valued shares: floors first, then the level of water at which the rest is used up. */
function waterFill(claims: readonly Claim[], total: number, most: number | ((claim: Claim) => number)): number[] {
  const limit = (claim: Claim) =>
    Math.min(claim.needed, typeof most === 'number' ? most : Math.max(claim.floor, most(claim)));
  const floors = claims.map((claim) => Math.min(claim.floor, limit(claim)));
  const floorSum = floors.reduce((sum, each) => sum + each, 0);
  if (floorSum >= total) return floors.map((each) => (floorSum === 0 ? 0 : (each * total) / floorSum));
  const level = waterLevel(claims, floors, limit, total);
  return claims.map((claim, index) => sharedAt(claim, floors[index] ?? 0, limit(claim), level));
}

const sharedAt = (claim: Claim, floor: number, limit: number, level: number) =>
  Math.min(limit, Math.max(floor, claim.weight * level));

/** The level is piecewise linear in the total: walk its breakpoints, where a lane leaves its floor or meets its limit. */
function waterLevel(
  claims: readonly Claim[],
  floors: readonly number[],
  limit: (claim: Claim) => number,
  total: number,
): number {
  const used = (level: number) =>
    claims.reduce((sum, claim, index) => sum + sharedAt(claim, floors[index] ?? 0, limit(claim), level), 0);
  const breakpoints = claims
    .flatMap((claim, index) => [(floors[index] ?? 0) / claim.weight, limit(claim) / claim.weight])
    .sort((a, b) => a - b);
  let below = 0;
  for (const point of breakpoints) {
    const at = used(point);
    if (at >= total) {
      const from = used(below);
      return at === from ? point : below + ((total - from) / (at - from)) * (point - below);
    }
    below = point;
  }
  return below;
}

/** Rounds down, then gives what is left, one each, to the largest remainders: those are the claims that rounding wronged most. */
function wholeShares(claims: readonly Claim[], shares: readonly number[], total: number): number[] {
  const EPSILON = 1e-9;
  const whole = shares.map((share) => Math.floor(share + EPSILON));
  const spare = Math.min(total, Math.floor(shares.reduce((sum, each) => sum + each, 0) + EPSILON));
  let left = spare - whole.reduce((sum, each) => sum + each, 0);
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share - (whole[index] ?? 0), weight: claims[index]?.weight ?? 0 }))
    .filter(({ remainder }) => remainder > EPSILON)
    .sort((a, b) => b.remainder - a.remainder || b.weight - a.weight || a.index - b.index);
  for (const { index } of byRemainder) {
    if (left <= 0) break;
    whole[index] = (whole[index] ?? 0) + 1;
    left -= 1;
  }
  return whole;
}
