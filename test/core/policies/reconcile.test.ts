/** The reconciler's decision: sends again only what was never handed over or is provably lost, within a budget, else leaves alone. */
import type { Acceptance, LedgerRecord } from '../../../core/contracts/ledger';
import { type ReconcileInput, reconcile } from '../../../core/policies/reconcile';
import { envelope, outcome } from '../../conformance/fixtures';

const T = 1_700_000_000_000;
const MINUTE = 60_000;
const standard = { name: 'other', pool: 'main', priorityClass: 'normal', ordered: false };
const succession = { lanes: [standard], poolByWay: {}, defaultClass: 'normal' };
const settings = { handOffBoundMs: MINUTE, resendBudget: 3, succession };

const acceptance = (more: Partial<Acceptance> = {}): Acceptance => ({
  key: 'acceptance',
  lane: 'normal',
  envelopes: [envelope('a', 'normal', { acceptedAtMs: T }), envelope('b', 'normal', { acceptedAtMs: T })],
  acceptedAtMs: T,
  dueAtMs: T + MINUTE,
  handedOver: true,
  resends: 0,
  ...more,
});
const done = (key: string): LedgerRecord => ({ key, generation: 1, attempts: 0, outcome: outcome(key) });
const lane = (oldestSentAtMs: number, more: { backlog?: number; paused?: boolean } = {}) => ({
  paused: more.paused ?? false,
  patienceMs: 10 * MINUTE,
  watermark: { lane: 'normal', oldestSentAtMs, seenAtMs: T, backlog: more.backlog ?? 100 },
});
const input = (more: Partial<ReconcileInput>): ReconcileInput => ({
  acceptance: acceptance(),
  records: [],
  lane: lane(T),
  settings,
  ...more,
});
const keysOf = (decision: ReturnType<typeof reconcile>) =>
  decision.decision === 'resend' ? decision.messages.map((each) => each.envelope.key) : [];

describe('reconcile', () => {
  it('closes an acceptance whose every event has an outcome', () => {
    const decision = reconcile(input({ records: [done('a'), done('b')], lane: undefined }), { nowMs: T + MINUTE });
    expect(decision.decision).toBe('close');
  });

  it('leaves a healthy backlog alone, however old it is', () => {
    for (const minutes of [1, 3, 60, 600]) {
      const decision = reconcile(input({ lane: lane(T - MINUTE) }), { nowMs: T + minutes * MINUTE });
      expect(decision).toMatchObject({ decision: 'wait', reason: 'in flight: the lane has not passed it yet' });
    }
  });

  it('looks again later the older it is, so that a backlog is not rewritten each sweep', () => {
    const at = (minutes: number) => reconcile(input({ lane: lane(T) }), { nowMs: T + minutes * MINUTE });
    expect(at(1)).toMatchObject({ dueAtMs: T + 2 * MINUTE });
    expect(at(8)).toMatchObject({ dueAtMs: T + 12 * MINUTE });
    expect(at(600)).toMatchObject({ dueAtMs: T + 610 * MINUTE });
  });

  it('sends again what was never handed over, and only what has no outcome', () => {
    const decision = reconcile(input({ acceptance: acceptance({ handedOver: false }), records: [done('a')] }), {
      nowMs: T + 2 * MINUTE,
    });
    expect(decision).toMatchObject({ reason: 'never handed over', dueAtMs: T + 3 * MINUTE });
    expect(keysOf(decision)).toEqual(['b']);
  });

  it('sends again what the lane has passed by more than all its receives', () => {
    const at = (passedBy: number) =>
      reconcile(input({ records: [done('b')], lane: lane(T + passedBy) }), { nowMs: T + 60 * MINUTE });
    expect(at(10 * MINUTE).decision).toBe('wait');
    expect(keysOf(at(10 * MINUTE + 1))).toEqual(['a']);
  });

  it('takes an empty lane as having passed everything up to now', () => {
    const empty = lane(T - MINUTE, { backlog: 0 });
    expect(reconcile(input({ lane: empty }), { nowMs: T + 10 * MINUTE }).decision).toBe('wait');
    expect(reconcile(input({ lane: empty }), { nowMs: T + 10 * MINUTE + 1 }).decision).toBe('resend');
  });

  it('counts from the last send and from the last commit', () => {
    const nowMs = T + 11 * MINUTE;
    const empty = lane(0, { backlog: 0 });
    const resent = acceptance({ resends: 1, resentAtMs: T + 2 * MINUTE });
    expect(reconcile(input({ acceptance: resent, lane: empty }), { nowMs }).decision).toBe('wait');
    const position = { chain: 'x/y', version: 1, stage: 1, form: 'split' as const };
    const moving = (key: string): LedgerRecord => ({
      key,
      generation: 1,
      attempts: 0,
      progress: { position, outputs: [], branches: {}, committedAtMs: T + 2 * MINUTE },
    });
    const records = [moving('a'), done('b')];
    expect(reconcile(input({ records, lane: empty }), { nowMs }).decision).toBe('wait');
    expect(reconcile(input({ records, lane: empty }), { nowMs: nowMs + 2 * MINUTE })).toMatchObject({
      decision: 'resend',
      messages: [{ position, sendAttempt: 2 }],
    });
  });

  it('gives each repair a send attempt of its own', () => {
    const decision = reconcile(input({ acceptance: acceptance({ handedOver: false, resends: 2 }) }), {
      nowMs: T + MINUTE,
    });
    expect(decision).toMatchObject({ messages: [{ sendAttempt: 4 }, { sendAttempt: 4 }] });
  });

  it('leaves a paused lane alone, even where nothing was handed over', () => {
    const decision = reconcile(
      input({ acceptance: acceptance({ handedOver: false }), lane: lane(T, { paused: true }) }),
      { nowMs: T + 60 * MINUTE },
    );
    expect(decision).toMatchObject({ decision: 'wait', reason: 'the lane is paused' });
  });

  it('gives up over budget, with reason and last error, where progress is no further than was read', () => {
    const record: LedgerRecord = { key: 'a', generation: 1, attempts: 2, lastError: 'boom' };
    const decision = reconcile(
      input({ acceptance: acceptance({ handedOver: false, resends: 3 }), records: [record, done('b')] }),
      { nowMs: T + MINUTE },
    );
    expect(decision).toMatchObject({
      decision: 'give-up',
      commits: [
        {
          key: 'a',
          atMostStage: -1,
          outcome: { kind: 'DEAD', reason: 'no outcome after 4 sends: never handed over; last error: boom' },
        },
      ],
    });
  });

  it('moves what waits for a lane that is no longer configured, from where it stands, whatever is left of the budget', () => {
    const progress = {
      position: { chain: 'c', version: 1, stage: 1, form: 'split' as const },
      outputs: [],
      branches: {},
      committedAtMs: T,
    };
    const decision = reconcile(
      input({
        lane: undefined,
        acceptance: acceptance({ resends: 3 }),
        records: [{ key: 'a', generation: 1, attempts: 0, progress }],
      }),
      { nowMs: T + MINUTE },
    );
    expect(decision).toMatchObject({ decision: 'move', lane: 'other', dueAtMs: T + 2 * MINUTE });
    expect(decision).toMatchObject({
      messages: [
        { envelope: { key: 'a', lane: 'other' }, position: progress.position, sendAttempt: 5 },
        { envelope: { key: 'b', lane: 'other' }, sendAttempt: 5 },
      ],
    });
  });

  it('moves nothing that has its outcome', () => {
    const decision = reconcile(input({ lane: undefined, records: [done('a')] }), { nowMs: T + MINUTE });
    expect(decision).toMatchObject({ decision: 'move', messages: [{ envelope: { key: 'b' } }] });
  });

  it('gives up what waits for a lane that is no longer configured where no lane follows it', () => {
    const nowhere = { ...settings, succession: { ...succession, lanes: [] } };
    const decision = reconcile(input({ lane: undefined, settings: nowhere }), { nowMs: T + MINUTE });
    expect(decision).toMatchObject({
      decision: 'give-up',
      reason: 'lane normal is no longer configured, and it cannot be told which pool follows',
    });
  });
});
