/** Proves that keys come from content alone: the same in any order of members or entries, another for another content. */
import fc from 'fast-check';
import { acceptanceKey, bodyDigest, canonicalJson, emittedId, recordKey } from '../../../core/contracts/identity';

const json = fc.jsonValue({ maxDepth: 4 });

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, each]) => [name, reversed(each)]),
  );
}

test('canonical JSON reads back as the same value, whatever the order of members', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
    }),
    { numRuns: 2_000 },
  );
});

test('a body digest differs where the body does, and ignores members without a value', () => {
  expect(bodyDigest({ a: 1, b: [1, 2] })).not.toBe(bodyDigest({ a: 1, b: [2, 1] }));
  expect(bodyDigest({ a: 1, b: undefined })).toBe(bodyDigest({ a: 1 }));
  expect(bodyDigest({ a: 1 })).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
});

test('an identity cannot be imitated by moving characters between its parts', () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.string(), fc.string(), fc.string()),
      fc.tuple(fc.string(), fc.string(), fc.string()),
      (a, b) => {
        expect(recordKey(...a) === recordKey(...b)).toBe(a.every((each, index) => each === b[index]));
      },
    ),
  );
  expect(recordKey('a', 'b","c', 'd')).not.toBe(recordKey('a', 'b', 'c","d'));
});

test('an acceptance’s key is that of its entries in any order, and changes with any of them', () => {
  const one = { key: 'k1', generation: 1, bodyDigest: 'd1' };
  const two = { key: 'k2', generation: 1, bodyDigest: 'd2' };
  expect(acceptanceKey([one, two])).toBe(acceptanceKey([two, one]));
  expect(acceptanceKey([one])).not.toBe(acceptanceKey([one, two]));
  expect(acceptanceKey([{ ...one, generation: 2 }])).not.toBe(acceptanceKey([one]));
  expect(acceptanceKey([{ ...one, bodyDigest: 'd3' }])).not.toBe(acceptanceKey([one]));
});

test('an emitted event’s id is the same for a repeat and differs by generation, unit and index', () => {
  const ids = [
    emittedId('k', 1, 'u', 0),
    emittedId('k', 2, 'u', 0),
    emittedId('k', 1, 'v', 0),
    emittedId('k', 1, 'u', 1),
  ];
  expect(new Set(ids).size).toBe(4);
  expect(emittedId('k', 1, 'u', 0)).toBe(ids[0]);
});
