/** A seeded source of numbers in [0, 1): the same seed makes the same workload, on any machine (mulberry32). */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of the names, in proportion to its share. */
export function pick(shares: Readonly<Record<string, number>>, random: Random): string {
  const entries = Object.entries(shares).filter(([, share]) => share > 0);
  const total = entries.reduce((sum, [, share]) => sum + share, 0);
  let left = random() * total;
  for (const [name, share] of entries) {
    left -= share;
    if (left < 0) return name;
  }
  return entries.at(-1)?.[0] ?? '';
}
