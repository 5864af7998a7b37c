/** Proves that the contract's door lets a lawful event through unchanged, and names every fault of an unlawful one. */
import fc from 'fast-check';
import {
  MAX_DEPTH,
  MAX_EVENT_BYTES,
  MAX_MEMBERS,
  MAX_OBJECT_BYTES,
  type ParsedEvent,
  parseEvent,
} from '../../../core/contracts/parse-event';

const sourceName = 'devices';
const parse = (raw: unknown): ParsedEvent => parseEvent(raw, { sourceName });
const lawful = { specversion: '1.0', id: '1', source: '/device/1', type: 'reading' };
const claim = { dataref: 'claims/devices/a/b', datarefsize: 10, datarefdigest: 'a'.repeat(64) };
const faultPaths = (raw: unknown): string[] => {
  const parsed = parse(raw);
  return parsed.ok ? [] : parsed.faults.map((fault) => fault.path);
};

const name = fc
  .stringMatching(/^[a-z][a-z0-9]{2,19}$/)
  .filter((each) => !/^(id|data|source|type|time|subject|sequence|priority)/.test(each))
  .map((each) => `${each}x`.slice(0, 20))
  .filter((each) => !['specversion', 'partitionkey', 'expirytime', 'traceparent'].includes(each));
const plain = fc.string({ minLength: 1, maxLength: 40 }).filter((each) => /^[^\p{Cc}]+$/u.test(each));
const time = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((each) => each.toISOString());
const json = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const event = fc
  .tuple(
    fc.record(
      {
        specversion: fc.constant('1.0'),
        id: plain,
        source: fc.webUrl(),
        type: plain,
        time,
        subject: plain,
        data: json,
        partitionkey: plain,
        sequence: fc.stringMatching(/^\d{1,38}$/),
        expirytime: time,
        priority: fc.constantFrom('critical', 'bulk'),
      },
      { requiredKeys: ['specversion', 'id', 'source', 'type'] },
    ),
    fc.dictionary(name, fc.oneof(plain, fc.boolean(), fc.integer()), { maxKeys: 4 }),
  )
  .map(([attributes, extensions]) => ({ ...extensions, ...attributes }));

describe('a lawful event', () => {
  test('comes out as it went in, as text or as a value', () => {
    fc.assert(
      fc.property(event, (value) => {
        const text = JSON.stringify(value);
        const expected = { ok: true, event: JSON.parse(text) as unknown, bytes: Buffer.byteLength(text) };
        expect(parse(text)).toEqual(expected);
        expect(parse(JSON.parse(text))).toEqual(expected);
      }),
      { numRuns: 5_000 },
    );
  });

  test('parsed again is the same', () => {
    fc.assert(
      fc.property(event, (value) => {
        const once = parse(value);
        expect(once.ok && parse(once.event)).toEqual(once);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['with nothing but what is required', {}],
    ['with a whole claim check', claim],
    ['with Base64 data', { data_base64: 'AAE=' }],
    ['with null as data', { data: null }],
    ['with scalar extensions', { floor: 3, indoor: true, site: 'north' }],
    ['with a trace', { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }],
  ])('passes %s', (_, more) => {
    expect(parse({ ...lawful, ...more })).toMatchObject({ ok: true, event: { ...lawful, ...more } });
  });

  test('loses attributes that are null, which count as absent', () => {
    const parsed = parse({ ...lawful, subject: null, site: null });
    expect(parsed).toMatchObject({ ok: true, event: lawful });
    expect(parsed.ok && Object.keys(parsed.event)).toEqual(Object.keys(lawful));
  });
});

describe('an unlawful event', () => {
  test.each([
    ['id', { id: '' }],
    ['id', { id: 7 }],
    ['type', { type: undefined }],
    ['source', { source: 'with space' }],
    ['specversion', { specversion: '0.3' }],
    ['time', { time: 'yesterday' }],
    ['time', { time: '2026-02-30T25:00:00Z' }],
    ['expirytime', { expirytime: '2026-01-01' }],
    ['sequence', { sequence: '1a' }],
    ['Upper', { Upper: 'x' }],
    ['a_b', { a_b: 'x' }],
    ['abcdefghijklmnopqrstu', { abcdefghijklmnopqrstu: 'x' }],
    ['site', { site: { nested: true } }],
    ['site', { site: 1.5 }],
    ['subject', { subject: 'a\u0000b' }],
    ['datacontenttype', { datacontenttype: 'json' }],
    ['traceparent', { traceparent: 'x' }],
    ['data, data_base64', { data: 1, data_base64: 'AAE=' }],
    ['data, dataref', { data: 1, ...claim }],
    ['datarefdigest', { ...claim, datarefdigest: undefined }],
    ['datarefsize', { datarefsize: 3 }],
    ['datarefsize', { ...claim, datarefsize: MAX_OBJECT_BYTES + 1 }],
  ])('fails if %s is wrong', (path, more) => {
    expect(faultPaths(JSON.stringify({ ...lawful, ...more }))).toContain(path);
  });

  test.each(['claims/other/a', 'claims/devices', 'claims/devices/', 'claims/devices/../other/a', 'claims/devices//a'])(
    'fails if its claim check is at %s',
    (dataref) => {
      expect(faultPaths({ ...lawful, ...claim, dataref })).toEqual(['dataref']);
    },
  );

  test('names all of its faults at once', () => {
    expect(faultPaths({ specversion: '1.0', id: '', type: 3, Bad: 'x', time: 'no' }).sort()).toEqual(
      ['Bad', 'id', 'source', 'time', 'type'].sort(),
    );
  });

  test.each([
    ['text that is not JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['nothing', undefined],
    ['a number', 3],
  ])('fails if it is %s', (_, raw) => {
    expect(faultPaths(raw)).toEqual(['(root)']);
  });

  test('fails if it is too large, too deep or has too many members', () => {
    let deep: unknown = 1;
    for (let level = 0; level < MAX_DEPTH; level += 1) deep = [deep];
    expect(faultPaths({ ...lawful, data: 'x'.repeat(MAX_EVENT_BYTES) })).toEqual(['(root)']);
    expect(faultPaths({ ...lawful, data: deep })).toEqual(['(root)']);
    expect(faultPaths({ ...lawful, data: new Array(MAX_MEMBERS).fill(0) })).toEqual(['(root)']);
    expect(faultPaths(`{"data":${'['.repeat(60_000)}${']'.repeat(60_000)}}`)).toEqual(['(root)']);
  });
});
