/** Proves that a subscription's payload is read within its bounds, and that what is refused is told and not dropped. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeLogs, jsonDepth, LOG_BOUNDS } from '../../../core/contracts/log-record';

const event = { id: '1', timestamp: 1_795_000_000_000, message: 'START' };
const envelope = {
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: '/aws/lambda/triage-test-ingest',
  logStream: '2026/11/20/[7]0123456789abcdef0123456789abcdef',
  subscriptionFilters: ['monitor'],
  logEvents: [event],
};
const raw = (text: string) => ({ awslogs: { data: gzipSync(text).toString('base64') } });
const pack = (value: unknown) => raw(JSON.stringify(value));
const codeOf = (payload: unknown, bounds = LOG_BOUNDS) => {
  const decoded = decodeLogs(payload, bounds);
  return decoded.ok ? 'ok' : decoded.refusal.code;
};

describe('decodeLogs', () => {
  it('gives the events in order, with where they come from', () => {
    const { messageType: _type, logEvents, ...head } = envelope;
    const second = { id: '2', timestamp: 5, message: 'END', extractedFields: { a: 'b' } };
    expect(decodeLogs(pack({ ...envelope, logEvents: [...logEvents, second] }))).toEqual({
      ok: true,
      type: 'data',
      batch: { ...head, events: [event, { id: '2', timestamp: 5, message: 'END' }] },
      refused: [],
    });
  });

  it('knows the message by which CloudWatch Logs asks whether anybody is there', () => {
    const control = {
      ...envelope,
      messageType: 'CONTROL_MESSAGE',
      owner: 'CloudwatchLogs',
      logGroup: '',
      logStream: '',
    };
    expect(decodeLogs(pack(control))).toEqual({ ok: true, type: 'control' });
  });

  it.each([
    ['not-a-subscription', undefined],
    ['not-a-subscription', { awslogs: { data: 5 } }],
    ['not-base64', { awslogs: { data: 'a*b=' } }],
    ['not-base64', { awslogs: { data: '' } }],
    ['not-gzip', { awslogs: { data: Buffer.from('{}').toString('base64') } }],
    ['not-gzip', { awslogs: { data: gzipSync('{"a":1}'.repeat(50)).subarray(0, 30).toString('base64') } }],
    ['not-json', raw('{')],
    ['bad-envelope', pack([])],
    ['bad-envelope', pack({ ...envelope, logEvents: {} })],
    ['bad-envelope', pack({ ...envelope, logGroup: 'x'.repeat(513) })],
    ['unknown-type', pack({ ...envelope, messageType: 'OTHER' })],
    ['too-deep', pack({ ...envelope, more: [[[[[[[[]]]]]]]] })],
  ])('refuses with %s', (code, payload) => {
    expect(codeOf(payload)).toBe(code);
  });

  it('refuses what is larger than its bounds, packed and unpacked, and more events than allowed', () => {
    const large = pack({ ...envelope, logEvents: [{ ...event, message: 'x'.repeat(50_000) }] });
    expect(codeOf(large)).toBe('ok');
    expect(codeOf(large, { ...LOG_BOUNDS, encodedBytes: 100 })).toBe('too-large');
    expect(codeOf(large, { ...LOG_BOUNDS, unpackedBytes: 40_000 })).toBe('too-large');
    const three = pack({ ...envelope, logEvents: [event, event, event] });
    expect(codeOf(three, { ...LOG_BOUNDS, events: 3 })).toBe('ok');
    expect(codeOf(three, { ...LOG_BOUNDS, events: 2 })).toBe('too-many-events');
  });

  it('does not unpack a bomb', () => {
    expect(codeOf(raw('x'.repeat(LOG_BOUNDS.unpackedBytes + 1)))).toBe('too-large');
  });

  it('keeps the good events of a batch and tells which were refused', () => {
    const logEvents = [event, { id: '2' }, 'text', { ...event, message: 'too long' }, { ...event, timestamp: -1 }];
    const decoded = decodeLogs(pack({ ...envelope, logEvents }), { ...LOG_BOUNDS, messageCharacters: 5 });
    expect(decoded).toMatchObject({
      ok: true,
      batch: { events: [event] },
      refused: [
        { code: 'bad-event', detail: 'event 1: timestamp, message' },
        { code: 'bad-event', detail: 'event 2: (root)' },
        { code: 'too-large', detail: 'event 3: 8 characters, allowed: 5' },
        { code: 'bad-event', detail: 'event 4: timestamp' },
      ],
    });
  });

  it('throws for no payload at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.json().map(raw),
          fc.string().map((data) => ({ awslogs: { data } })),
        ),
        (payload) => {
          expect(typeof decodeLogs(payload).ok).toBe('boolean');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('jsonDepth', () => {
  it('counts brackets and not what is written in texts', () => {
    expect(jsonDepth('{"a":["[[[","\\"[["]}')).toBe(2);
    expect(jsonDepth('5')).toBe(0);
    expect(jsonDepth('['.repeat(200_000))).toBe(200_000);
  });
});
