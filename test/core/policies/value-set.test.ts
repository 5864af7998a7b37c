/**
 * Proves the algebra of the intake patterns' value sets against plain membership, for every pair of sets over a small alphabet, and that
 * the pattern of a set matches what is in it.
 */
import {
  complement,
  EVERYTHING,
  intersect,
  isEmpty,
  isWithin,
  strings,
  toFilters,
  type ValueSet,
} from '../../../core/policies/value-set';
import { matchesPattern } from '../../fakes/eventbridge-matcher';

/** Long enough that each prefix has a text beyond each literal; `undefined` is an absent attribute. */
const TEXTS = [undefined, '', 'a', 'b', 'c', 'aa', 'ab', 'ac', 'ba', 'bc', 'aba', 'abc', 'bab'];
const subsets = (texts: readonly string[]) =>
  Array.from({ length: 2 ** texts.length }, (_, bits) => texts.filter((_text, index) => (bits >> index) % 2 === 1));
const inSets = subsets(['a', 'ab', 'b']).flatMap((literals) =>
  subsets(['a', 'ab', 'b']).map((prefixes) => strings(literals, prefixes)),
);
const distinct = [...new Map(inSets.map((set) => [JSON.stringify(set), set])).values()];
const SETS: readonly ValueSet[] = distinct.flatMap((set) => [
  set,
  { ...set, absent: true },
  complement(set),
  { ...complement(set), absent: false },
]);
const has = ({ kind, literals, prefixes, absent }: ValueSet, text: string | undefined) =>
  text === undefined
    ? absent
    : (kind === 'in') === (literals.includes(text) || prefixes.some((prefix) => text.startsWith(prefix)));
/** The pairs for which it does not hold. */
const exceptions = (holds: (a: ValueSet, b: ValueSet) => boolean) =>
  SETS.flatMap((a) => SETS.flatMap((b) => (holds(a, b) ? [] : [[a, b]]))).slice(0, 3);

describe('a value set', () => {
  it('says nothing twice', () => {
    expect(strings(['a', 'a', 'ab', 'b'], ['ab', 'ab', 'aba'])).toEqual({
      kind: 'in',
      literals: ['a', 'b'],
      prefixes: ['ab'],
      absent: false,
    });
    const isTidy = ({ literals, prefixes }: ValueSet) =>
      new Set(literals).size === literals.length &&
      !literals.some((text) => prefixes.some((prefix) => text.startsWith(prefix))) &&
      !prefixes.some((one, at) => prefixes.some((other, place) => at !== place && one.startsWith(other)));
    expect(exceptions((a, b) => [intersect(a, b)].every((set) => set === undefined || isTidy(set)))).toEqual([]);
  });

  it('has a complement that takes exactly what it leaves', () => {
    expect(exceptions((a) => TEXTS.every((text) => has(a, text) !== has(complement(a), text)))).toEqual([]);
  });

  it('is empty if it holds nothing, not even absence', () => {
    expect(exceptions((a) => isEmpty(a) === !TEXTS.some((text) => has(a, text)))).toEqual([]);
    expect(TEXTS.every((text) => has(EVERYTHING, text))).toBe(true);
  });

  it('shares with another what both hold, wherever one field can say it', () => {
    const isShared = (a: ValueSet, b: ValueSet) => {
      const both = intersect(a, b);
      return both === undefined || TEXTS.every((text) => has(both, text) === (has(a, text) && has(b, text)));
    };
    expect(exceptions(isShared)).toEqual([]);
  });

  it('cannot say a prefix without some of what begins so, and only that', () => {
    const isPierced = (some: ValueSet, other: ValueSet) =>
      some.kind === 'in' &&
      other.kind === 'out' &&
      some.prefixes.some((prefix) => {
        const under = TEXTS.filter((text) => text?.startsWith(prefix));
        return under.some((text) => has(other, text)) && !under.every((text) => has(other, text));
      });
    expect(exceptions((a, b) => (intersect(a, b) === undefined) === (isPierced(a, b) || isPierced(b, a)))).toEqual([]);
  });

  it('is within another that holds all that it holds', () => {
    const isTrue = (a: ValueSet, b: ValueSet) => TEXTS.every((text) => !has(a, text) || has(b, text));
    expect(exceptions((a, b) => isWithin(a, b) === isTrue(a, b))).toEqual([]);
  });

  it('becomes a filter that matches what it holds', () => {
    const matches = (set: ValueSet, text: string | undefined) =>
      matchesPattern({ field: toFilters(set) }, text === undefined ? {} : { field: text });
    expect(exceptions((a) => isEmpty(a) || TEXTS.every((text) => has(a, text) === matches(a, text)))).toEqual([]);
  });

  it('becomes the shortest filter that says it', () => {
    expect(toFilters(EVERYTHING)).toEqual([{ exists: true }, { exists: false }]);
    expect(toFilters(strings(['x'], ['y']))).toEqual(['x', { prefix: 'y' }]);
    expect(toFilters(complement(strings(['x'], [])))).toEqual([{ 'anything-but': ['x'] }, { exists: false }]);
    expect(toFilters(complement(strings([], ['y'])))).toEqual([
      { 'anything-but': { prefix: ['y'] } },
      { exists: false },
    ]);
    expect(toFilters(complement(strings(['x*', 'z\\'], ['y*'])))).toEqual([
      { 'anything-but': { wildcard: ['x\\*', 'z\\\\', 'y\\**'] } },
      { exists: false },
    ]);
  });
});
