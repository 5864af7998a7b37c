/** Proves the reason that each small decision gives, and the cases at its edges. */
import type { CloudEvent, Envelope } from '../../../core/contracts/event';
import type { LedgerRecord } from '../../../core/contracts/ledger';
import { decideBackoff } from '../../../core/policies/backoff';
import { decideRefusal, stageOf } from '../../../core/policies/decide-refusal';
import { settledLook, WATCHED_MS } from '../../../core/policies/look-at-sagas';
import { matchesRule } from '../../../core/policies/match';
import { orderBatch } from '../../../core/policies/order-batch';
import { isDue } from '../../../core/policies/reconcile-coordinated';
import { targetVersion } from '../../../core/policies/rollback-target';
import { decideLane } from '../../../core/policies/route';
import { compareSequences } from '../../../core/policies/sequence';
import { decideShed, NOTHING_SHED } from '../../../core/policies/shed';
import { decideSuccessor } from '../../../core/policies/succeed-lane';
import { unreactedOutcome } from '../../../core/policies/unreacted-outcome';
import { envelope, outcome, output, progress } from '../../conformance/fixtures';

const own: Envelope = envelope('a', 'normal');
const record = (more: Partial<LedgerRecord>): LedgerRecord => ({ key: 'a', generation: 1, attempts: 0, ...more });
const at = (stage: number, branch?: string) => ({
  ...progress(stage).position,
  ...(branch === undefined ? {} : { branch }),
});

describe('a refused commit', () => {
  it.each([
    ['nothing is there', 'retry', undefined, undefined],
    ['it has an outcome', 'acknowledge', { outcome: outcome('a') }, undefined],
    [
      'the identity has an outcome with another body',
      'quarantine',
      { outcome: outcome('a', { bodyDigest: 'x' }) },
      undefined,
    ],
    [
      'the identity is in progress with another body',
      'quarantine',
      { progress: progress(0, { bodyDigest: 'x' }) },
      at(0),
    ],
    [
      'a saga has it, and its end gives the outcome',
      'acknowledge',
      { progress: progress(3, { coordinated: { execution: 'x', dueAtMs: 1 } }) },
      undefined,
    ],
    ['progress is at stage 2', 'send-position', { progress: progress(2) }, at(1)],
    ['this branch is finished', 'send-rest', { progress: progress(1, { branches: { b: output('x') } }) }, at(1, 'b')],
    ['progress is no further than this message', 'retry', { progress: progress(1) }, at(1, 'b')],
  ])('says why: %s', (reason, action, there, position) => {
    const answer = decideRefusal(
      there === undefined ? undefined : record(there as Partial<LedgerRecord>),
      own,
      position,
    );
    expect(answer).toMatchObject({ reason, decision: { action } });
  });

  it('is of the same body where progress does not say of which it is', () => {
    const { bodyDigest: _unsaid, ...unsaid } = progress(2);
    expect(decideRefusal(record({ progress: unsaid }), own, at(1)).decision.action).toBe('send-position');
  });

  it('of a later stage, or without a branch, finds none of its branches finished', () => {
    const branches = { b: output('x') };
    const there = record({ progress: progress(1, { branches }) });
    expect(decideRefusal(there, own, at(2, 'b')).decision.action).toBe('retry');
    const named = { undefined: output('x') };
    expect(decideRefusal(record({ progress: progress(1, { branches: named }) }), own, at(1)).decision.action).toBe(
      'retry',
    );
    expect(decideRefusal(record({ progress: progress(-1, { branches: named }) }), own, undefined).decision.action).toBe(
      'retry',
    );
  });

  it('of a fused chain stands before the first stage', () => {
    expect([stageOf(undefined), stageOf({ ...at(4), form: 'fused' }), stageOf(at(4))]).toEqual([-1, -1, 4]);
  });
});

describe('sequences that are no numbers', () => {
  it.each([
    ['a', 'b', -1],
    ['b', 'a', 1],
    ['a', 'a', 0],
    ['10', '9a', -1],
    ['a9', '10', 1],
    ['9', 'a10', -1],
    ['10a', '9', -1],
  ])('are compared as text: %s and %s', (one, other, sign) => {
    expect(Math.sign(compareSequences(one, other))).toBe(sign);
  });

  it('and leading noughts are none of a number', () => {
    expect(compareSequences('7', '007')).toBe(0);
    expect(compareSequences('0', '00')).toBe(0);
    expect(Math.sign(compareSequences('100', '99'))).toBe(1);
    expect(Math.sign(compareSequences('1001', '110'))).toBe(1);
  });
});

describe('a rule', () => {
  const event = { specversion: '1.0', id: '1', source: '/d', type: 'x', text: '7', data: { none: null, level: 7 } };
  it.each([
    ['data.level', { below: 8 }, true],
    ['text', { below: 8 }, false],
    ['text', { atLeast: 7 }, false],
    ['text', { prefix: ['x', '7'] }, true],
    ['data.none.deeper', { exists: false }, true],
    ['data.level.deeper', { exists: false }, true],
    ['text.length', { exists: false }, true],
  ])('of %s %j: %s', (path, matcher, expected) => {
    expect(matchesRule({ when: { [path]: matcher } }, event as unknown as CloudEvent)).toBe(expected);
  });
});

describe('a route', () => {
  const lane = { name: 'n', pool: 'p', priorityClass: 'c', ordered: false };
  const lanes = [{ ...lane, name: 's', takes: ['booking.*'] }, { ...lane, name: 'o', ordered: true }, lane];
  const of = (type: string, orderingKey?: string) => {
    const { decision, reason } = decideLane({ lanes, type, pool: 'p', priorityClass: 'c', orderingKey });
    return [decision?.name, reason];
  };
  it('says what decided', () => {
    expect(of('booking.begun')).toEqual(['s', 'type']);
    expect(of('x', 'k')).toEqual(['o', 'ordering key']);
    expect(of('x')).toEqual(['n', 'class']);
  });

  it('takes a type that begins so, whatever follows, and no shorter one', () => {
    expect([of('booking.')[0], of('booking')[0], of('bookings')[0]]).toEqual(['s', 'n', 'n']);
  });

  it('to the successor of a lane needs an event, and does not count the pools of lanes that run sagas', () => {
    const succession = {
      lanes: [{ ...lanes[0], pool: 'apart' } as (typeof lanes)[0], lane],
      poolByWay: {},
      defaultClass: 'c',
    };
    expect(decideSuccessor(succession, [], false)).toEqual({ decision: undefined, reason: 'no event' });
    const event = envelope('a', 'gone', { priorityClass: 'gone' });
    expect(decideSuccessor(succession, [event], false).decision).toBe('n');
    const elsewhere = { ...lane, name: 'e', pool: 'e', priorityClass: 'gone' };
    const two = { ...succession, lanes: [lane, elsewhere], poolByWay: { meters: 'p' } };
    expect(decideSuccessor(two, [event], false).decision).toBe('n');
    expect(decideSuccessor({ ...two, poolByWay: { meters: 'q' } }, [event], false).decision).toBeUndefined();
  });
});

describe('a failed message', () => {
  const wait = (retryAfterSeconds?: number) =>
    decideBackoff({ failures: 3 }, { retryAfterSeconds }, { random: () => 0 });
  it('says how long it waits for what, and counts', () => {
    expect(wait()).toEqual({ decision: { seconds: 2 }, reason: 'failure 3: up to 4 s', state: { failures: 4 } });
    expect(wait(9)).toMatchObject({ reason: 'the error asked for this wait', state: { failures: 4 } });
  });
});

describe('a look at settled sagas', () => {
  const look = (ages: readonly number[], isClosing = false) =>
    settledLook(
      ages.map((age) => 10_000_000 - age),
      { isClosing, leastMs: 1_000, nowMs: 10_000_000 },
    );
  it('follows the youngest of them', () => {
    expect(look([WATCHED_MS - 1, 2_000])).toMatchObject({ due: [0, 1], isLast: false, dueAtMs: 10_006_000 });
  });
  it('leaves out what is old, unless nobody comes back', () => {
    expect(look([4 * WATCHED_MS, 4 * WATCHED_MS - 1, 0]).due).toEqual([1, 2]);
    expect(look([4 * WATCHED_MS], true).due).toEqual([0]);
  });
  it('of none is the last', () => {
    expect(look([])).toEqual({ due: [], isLast: true });
  });
});

describe('a batch', () => {
  it('has its near deadlines in their order, and what has none by turns behind them', () => {
    const item = (id: string, tenant: string, deadlineAtMs?: number) => ({ id, tenant, deadlineAtMs });
    const items = [item('a', 't'), item('b', 't', 2_000), item('c', 'u'), item('d', 't', 1_000), item('e', 't')];
    expect(orderBatch(items, { nowMs: 0 }).map(({ id }) => id)).toEqual(['d', 'b', 'a', 'c', 'e']);
  });
});

describe('a saga’s execution', () => {
  const withSaga = (dueAtMs: number) => record({ progress: progress(0, { coordinated: { execution: 'x', dueAtMs } }) });
  it('is asked from its due time on, as long as there is no outcome', () => {
    expect([isDue(withSaga(6), 5), isDue(withSaga(5), 5)]).toEqual([false, true]);
    expect(isDue({ ...withSaga(5), outcome: outcome('a') }, 5)).toBe(false);
    expect([isDue(undefined, 5), isDue(record({}), 5), isDue(record({ progress: progress(0) }), 5)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('a version to go back to', () => {
  const input = { live: '10', weights: {}, versions: ['0', '$LATEST', '9', '10', '11', '1.5'], wanted: undefined };
  it('says why it is the one', () => {
    expect(targetVersion(input)).toEqual({ decision: '9', reason: 'the newest one before the live one', remedy: '' });
    expect(targetVersion({ ...input, wanted: '11' })).toEqual({ decision: '11', reason: 'asked for', remedy: '' });
  });
  it('or which there are', () => {
    const remedy = (versions: readonly string[]) => targetVersion({ ...input, versions, wanted: '7' }).remedy;
    expect(remedy(['10', '9', '$LATEST', '11', '0'])).toBe('These exist: 9, 10, 11.');
    expect(remedy([])).toBe('These exist: none.');
    expect(targetVersion({ ...input, live: '2', versions: ['0', '2'] }).decision).toBeUndefined();
  });
});

describe('an outcome without a reaction', () => {
  it('asks the publisher for nothing, and one that is DEAD knows its acceptance, so that it can be sent again', () => {
    const nothing = { writes: [], emits: [], contexts: [] };
    const dead = unreactedOutcome(own, 'DEAD', 'why', 5);
    expect(dead).toMatchObject({
      ...nothing,
      kind: 'DEAD',
      reason: 'why',
      decidedAtMs: 5,
      acceptance: own.acceptanceKey,
    });
    const expired = unreactedOutcome(own, 'EXPIRED', 'why', 5);
    expect(expired).toMatchObject(nothing);
    expect(expired).not.toHaveProperty('acceptance');
  });
});

describe('shedding', () => {
  const input = { rank: 3, classes: 4, level: 1, weightShare: 0.5, delaySeconds: 10, tooLongSeconds: 20 };
  it('says why', () => {
    const why = (more: object, state = NOTHING_SHED) => decideShed(state, { ...input, ...more }).reason;
    expect(why({ level: 0 })).toBe('its class is not shed');
    expect(why({})).toBe('overload: the lowest 1 classes are shed');
    expect(why({}, { offered: 1, admitted: 0 })).toBe('its class keeps its least share');
  });
});
