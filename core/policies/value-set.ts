/**
 * Sets of values of one attribute that an EventBridge pattern can name in one field, with the algebra to combine them: some strings
 * (literals and prefixes), or everything but some strings, with or without "absent". A pattern field cannot say "this prefix but
 * not that longer one"; where that would be the answer, it is `undefined`.
 */
export interface ValueSet {
  /** `in`: only these strings. `out`: any value but these strings. */
  readonly kind: 'in' | 'out';
  readonly literals: readonly string[];
  readonly prefixes: readonly string[];
  /** Whether the attribute may be missing. */
  readonly absent: boolean;
}

/** One alternative of a pattern field. */
export type PatternFilter =
  | string
  | { readonly prefix: string }
  | { readonly exists: boolean }
  | {
      readonly 'anything-but':
        | readonly string[]
        | { readonly prefix: readonly string[] }
        | { readonly wildcard: readonly string[] };
    };

export const EVERYTHING: ValueSet = { kind: 'out', literals: [], prefixes: [], absent: true };

export function complement(set: ValueSet): ValueSet {
  return { ...set, kind: set.kind === 'in' ? 'out' : 'in', absent: !set.absent };
}

export function isEmpty(set: ValueSet): boolean {
  return set.kind === 'in' && set.literals.length === 0 && set.prefixes.length === 0 && !set.absent;
}

/** `undefined`: no single pattern field says it. */
export function intersect(a: ValueSet, b: ValueSet): ValueSet | undefined {
  const absent = a.absent && b.absent;
  if (a.kind === 'out' && b.kind === 'out')
    return tidy('out', [...a.literals, ...b.literals], [...a.prefixes, ...b.prefixes], absent);
  if (a.kind === 'in' && b.kind === 'in') return intersectStrings(a, b, absent);
  return a.kind === 'in' ? without(a, b, absent) : without(b, a, absent);
}

/** Every value of `a` is in `b`. */
export function isWithin(a: ValueSet, b: ValueSet): boolean {
  const rest = intersect(a, complement(b));
  return rest !== undefined && isEmpty(rest);
}

export function toFilters(set: ValueSet): PatternFilter[] {
  const absent: PatternFilter[] = set.absent ? [{ exists: false }] : [];
  if (set.kind === 'in') return [...set.literals, ...set.prefixes.map((prefix) => ({ prefix })), ...absent];
  if (set.literals.length + set.prefixes.length === 0) return [{ exists: true }, ...absent];
  return [{ 'anything-but': excluded(set) }, ...absent];
}

function excluded({ literals, prefixes }: ValueSet) {
  if (prefixes.length === 0) return literals;
  if (literals.length === 0) return { prefix: prefixes };
  const escaped = (text: string) => text.replace(/[\\*]/g, (each) => `\\${each}`);
  return { wildcard: [...literals.map(escaped), ...prefixes.map((prefix) => `${escaped(prefix)}*`)] };
}

function intersectStrings(a: ValueSet, b: ValueSet, absent: boolean): ValueSet {
  const holds = (set: ValueSet, text: string) =>
    set.literals.includes(text) || set.prefixes.some((prefix) => text.startsWith(prefix));
  const under = (set: ValueSet, text: string) => set.prefixes.some((prefix) => text.startsWith(prefix));
  return tidy(
    'in',
    [...a.literals.filter((each) => holds(b, each)), ...b.literals.filter((each) => holds(a, each))],
    [...a.prefixes.filter((each) => under(b, each)), ...b.prefixes.filter((each) => under(a, each))],
    absent,
  );
}

function without(some: ValueSet, excluding: ValueSet, absent: boolean): ValueSet | undefined {
  const covered = (text: string) => excluding.prefixes.some((prefix) => text.startsWith(prefix));
  const prefixes = some.prefixes.filter((each) => !covered(each));
  const isPierced = prefixes.some((each) =>
    [...excluding.literals, ...excluding.prefixes].some((text) => text.startsWith(each)),
  );
  if (isPierced) return undefined;
  const literals = some.literals.filter((each) => !excluding.literals.includes(each) && !covered(each));
  return tidy('in', literals, prefixes, absent);
}

/** Without repeats and without what a shorter prefix says already. */
function tidy(
  kind: ValueSet['kind'],
  literals: readonly string[],
  prefixes: readonly string[],
  absent: boolean,
): ValueSet {
  const shortest = [...new Set(prefixes)].filter(
    (each) => !prefixes.some((other) => other !== each && each.startsWith(other)),
  );
  return {
    kind,
    literals: [...new Set(literals)].filter((each) => !shortest.some((prefix) => each.startsWith(prefix))),
    prefixes: shortest,
    absent,
  };
}

export function strings(literals: readonly string[], prefixes: readonly string[]): ValueSet {
  return tidy('in', literals, prefixes, false);
}
