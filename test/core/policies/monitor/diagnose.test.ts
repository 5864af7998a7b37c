/** Proves whose logs are read, what is remembered and for how long, and that batches may come twice or cut anywhere. */
import fc from 'fast-check';
import { diagnose } from '../../../../core/policies/monitor/diagnose';
import { placeOf } from '../../../../core/policies/monitor/place';
import {
  LONGEST_REQUEST_MS,
  MOST_SEEN,
  MOST_STREAMS,
  NOTHING_SEEN,
  STREAM_LIFE_MS,
} from '../../../../core/policies/monitor/state';
import {
  batchOf,
  decisionsOf,
  END,
  FUNCTION,
  found,
  INIT,
  INIT_FAILED,
  NOW_MS,
  OTHER,
  REQUEST,
  report,
  SETTINGS,
  START,
  TIMED_OUT,
  thrown,
} from './support';

const STREAM = '2026/11/20/[7]0123456789abcdef0123456789abcdef';

describe('placeOf', () => {
  it('tells function and version, of both forms of a stream', () => {
    const place = { functionName: FUNCTION, version: '7' };
    expect(placeOf(`/aws/lambda/${FUNCTION}`, STREAM)).toEqual(place);
    expect(placeOf(`/aws/lambda/${FUNCTION}`, `2026/11/20/${FUNCTION}[7][0123456789abcdef]`)).toEqual(place);
    expect(placeOf(`/aws/lambda/${FUNCTION}`, '2026/11/20/[$LATEST]0123')).toEqual({ ...place, version: '$LATEST' });
  });

  it.each([
    ['/aws/states/machine', STREAM],
    ['/aws/lambda/a/b', STREAM],
    [`/aws/lambda/${FUNCTION}`, 'mine'],
    [`/aws/lambda/${FUNCTION}`, '2026/11/20/other[7][0123]'],
  ])('fails if the log is not a function’s: %s %s', (group, stream) => {
    expect(placeOf(group, stream)).toBeUndefined();
  });
});

describe('diagnose', () => {
  it.each([
    ['own-log', SETTINGS.self],
    ['foreign-log', 'somebody-elses'],
  ])('reads nothing and remembers nothing of %s', (code, name) => {
    const batch = { ...batchOf([START, TIMED_OUT]), logGroup: `/aws/lambda/${name}` };
    const { decisions, state } = diagnose(NOTHING_SEEN, batch, { nowMs: NOW_MS, settings: SETTINGS });
    expect(decisions.map(({ decision }) => decision.reason.code)).toEqual([code, code]);
    expect(state).toBe(NOTHING_SEEN);
  });

  it('gives the evidence: event, stream, lines, function, version and request', () => {
    const [, decision] = decisionsOf([batchOf([START, TIMED_OUT])]);
    expect(decision).toEqual({
      decision: 'diagnosis',
      reason: { code: 'report-failed', args: { status: 'timeout' } },
      diagnosis: {
        id: `${REQUEST}@${NOW_MS}`,
        kind: 'time-out',
        confidence: 'high',
        functionName: FUNCTION,
        version: '7',
        requestId: REQUEST,
        errorName: 'Sandbox.Timedout',
        evidence: [
          {
            eventId: '1',
            logGroup: `/aws/lambda/${FUNCTION}`,
            logStream: STREAM,
            atMs: NOW_MS + 1,
            source: 'platform-text',
            lines: [TIMED_OUT.trimEnd()],
          },
        ],
      },
    });
  });

  it('keeps the requests of two streams apart', () => {
    const decisions = decisionsOf([
      batchOf([START], { streams: 'aaaa' }),
      batchOf([START.replace(REQUEST, OTHER)], { streams: 'bbbb' }),
      batchOf([report(OTHER, 'Status: timeout')], { streams: 'aaaa', from: 1 }),
      batchOf([report(OTHER, 'Status: timeout')], { streams: 'bbbb', from: 1 }),
    ]);
    expect(decisions.map(({ reason }) => reason.code)).toEqual([
      'healthy',
      'healthy',
      'other-request',
      'report-failed',
    ]);
  });

  it('takes a start for true again once the one before must have ended', () => {
    const after = (ms: number) =>
      decisionsOf([
        batchOf([START]),
        batchOf([START.replace(REQUEST, OTHER), report(OTHER, 'Status: timeout')], { from: ms }),
      ]);
    expect(found(after(LONGEST_REQUEST_MS - 10))).toEqual([]);
    expect(found(after(LONGEST_REQUEST_MS))).toHaveLength(1);
  });

  it('diagnoses once however the events are cut into batches and repeated', () => {
    const init =
      'INIT_START Runtime Version: nodejs:22.v54\tRuntime Version ARN: arn:aws:lambda:eu-central-1::runtime:5f0c\n';
    const messages = [
      init,
      START,
      'text',
      END,
      TIMED_OUT,
      `2026-11-20T10:00:03.000Z ${REQUEST} Task timed out after 3.00 seconds`,
    ];
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 5 })),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        (cuts, again) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), messages.length];
          const batches = edges.slice(0, -1).flatMap((from, index) => {
            const batch = batchOf(messages.slice(from, edges[index + 1]), { from });
            return again[index] ? [batch, batch] : [batch];
          });
          // Something delivered long ago may come once more at the end.
          expect(found(decisionsOf([...batches, ...batches.slice(0, 2)]))).toHaveLength(1);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('throws for no text, and shows at most 20 lines of 300 characters of it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json()), { maxLength: 10 }), (messages) => {
        expect(decisionsOf([batchOf(messages)])).toHaveLength(messages.length);
      }),
      { numRuns: 2_000 },
    );
    const long = `[ERROR] TypeError: ${'x'.repeat(500)}${'\n  frame'.repeat(50)}`;
    const [, decision] = decisionsOf([batchOf([START, long])]);
    const lines = decision?.decision === 'suspicion' ? (decision.diagnosis.evidence[0]?.lines ?? []) : [];
    expect(lines).toHaveLength(20);
    expect(Math.max(...lines.map((line) => line.length))).toBe(300);
  });
});

describe('the memory', () => {
  it('is bounded in streams and in events, and forgets the oldest', () => {
    const streams = Object.fromEntries(
      Array.from({ length: MOST_STREAMS }, (_, index) => [`stream ${index}`, { lastAtMs: NOW_MS }]),
    );
    const full = { streams, seen: Array.from({ length: MOST_SEEN }, (_, index) => `event ${index}`) };
    const { state } = diagnose(full, batchOf(['text', 'text']), { nowMs: NOW_MS, settings: SETTINGS });
    const keys = Object.keys(state.streams);
    expect([keys.length, keys[0]]).toEqual([MOST_STREAMS, 'stream 1']);
    expect(keys.at(-1)).toContain(FUNCTION);
    expect([state.seen.length, state.seen[0], state.seen.at(-1)]).toEqual([MOST_SEEN, 'event 2', '1']);
  });

  it('forgets a stream that was silent for long', () => {
    const at = (nowMs: number, streams: string, state = NOTHING_SEEN) =>
      diagnose(state, batchOf([START], { streams }), { nowMs, settings: SETTINGS }).state;
    const first = at(NOW_MS, 'aaaa');
    expect(Object.keys(at(NOW_MS + STREAM_LIFE_MS - 1, 'bbbb', first).streams)).toHaveLength(2);
    expect(Object.keys(at(NOW_MS + STREAM_LIFE_MS, 'bbbb', first).streams)).toHaveLength(1);
  });
});

describe('what is remembered', () => {
  const after = (...messages: string[]) => {
    const { state } = diagnose(NOTHING_SEEN, batchOf(messages), { nowMs: NOW_MS, settings: SETTINGS });
    return Object.entries(state.streams);
  };
  const KEY = `/aws/lambda/${FUNCTION} 2026/11/20/[7]0123456789abcdef0123456789abcdef`;

  it('of a stream is the request that runs, and the one before it', () => {
    const request = { requestId: REQUEST, startedAtMs: NOW_MS, ended: false };
    expect(after(START)).toEqual([[KEY, { lastAtMs: NOW_MS, open: request }]]);
    expect(after(START, END)).toEqual([[KEY, { lastAtMs: NOW_MS, open: { ...request, ended: true } }]]);
    expect(after(START, END, report())).toEqual([[KEY, { lastAtMs: NOW_MS, last: { ...request, ended: true } }]]);
    expect(after(START, TIMED_OUT)).toEqual([
      [KEY, { lastAtMs: NOW_MS, last: { ...request, said: { kind: 'time-out', known: true } } }],
    ]);
    const next = { requestId: OTHER, startedAtMs: NOW_MS + 2, ended: false };
    expect(after(START, END, START.replace(REQUEST, OTHER))).toEqual([
      [KEY, { lastAtMs: NOW_MS, open: next, last: { ...request, ended: true } }],
    ]);
  });

  it('of an initialisation ends with the first request, and a new one forgets the request that was open', () => {
    expect(after(INIT)).toEqual([[KEY, { lastAtMs: NOW_MS, init: {} }]]);
    expect(after(INIT, START)[0]?.[1]).not.toHaveProperty('init');
    expect(after(START, END, INIT)).toEqual([[KEY, { lastAtMs: NOW_MS, init: {} }]]);
    expect(after(INIT, INIT_FAILED)).toEqual([
      [KEY, { lastAtMs: NOW_MS, init: { said: { kind: 'init', known: true } } }],
    ]);
  });

  it('of an error is no more than 300 characters of its message', () => {
    const [, stream] = after(START, thrown('TypeError', REQUEST, 'x'.repeat(500)))[0] ?? [];
    expect(stream?.open?.claim?.error).toEqual({ name: 'TypeError', message: 'x'.repeat(300) });
    expect(stream).toMatchObject({ inError: true });
    expect(after(START, thrown('TypeError'), 'text')[0]?.[1]).not.toHaveProperty('inError');
  });

  it('is a request that never ended until none can take so long', () => {
    const later = (ms: number) => decisionsOf([batchOf([START]), batchOf([INIT], { from: ms })]).at(-1)?.reason.code;
    expect([later(LONGEST_REQUEST_MS - 1), later(LONGEST_REQUEST_MS)]).toEqual(['out-of-place', 'healthy']);
  });
});
