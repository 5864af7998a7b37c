/** What the sweep does about sagas: nothing before the due time; then another run, an outcome, or patience, as their executions say. */
import type { Acceptance, LedgerRecord } from '../../../core/contracts/ledger';
import { type ReconcileInput, reconcile } from '../../../core/policies/reconcile';
import { type AskedExecution, MOST_RUNS } from '../../../core/policies/reconcile-coordinated';
import { envelope, outcome } from '../../conformance/fixtures';

const T = 1_700_000_000_000;
const MINUTE = 60_000;
const DUE = T + 5 * MINUTE;
const standard = { name: 'normal', pool: 'main', priorityClass: 'normal', ordered: false };
const settings = {
  handOffBoundMs: MINUTE,
  resendBudget: 3,
  succession: { lanes: [standard], poolByWay: {}, defaultClass: 'normal' },
};
const acceptance = (keys: readonly string[], more: Partial<Acceptance> = {}): Acceptance => ({
  key: 'acceptance',
  lane: 'sagas',
  envelopes: keys.map((key) => envelope(key, 'sagas', { acceptedAtMs: T })),
  acceptedAtMs: T,
  dueAtMs: T + MINUTE,
  handedOver: true,
  resends: 0,
  ...more,
});
const withSaga = (key: string, runs = 1): LedgerRecord => ({
  key,
  generation: 1,
  attempts: 0,
  progress: {
    position: { chain: 'booking', version: 1, stage: runs - 1, form: 'coordinated' },
    outputs: [],
    branches: {},
    committedAtMs: T,
    coordinated: { execution: `x-${runs}`, dueAtMs: DUE },
  },
});
/** An empty lane, which has passed everything. */
const lane = {
  paused: false,
  patienceMs: 2 * MINUTE,
  watermark: { lane: 'sagas', oldestSentAtMs: 0, seenAtMs: 0, backlog: 0 },
};
const decide = (more: Partial<ReconcileInput>, nowMs: number) =>
  reconcile({ acceptance: acceptance(['a']), records: [withSaga('a')], lane, settings, ...more }, { nowMs });
const asked = (answer: AskedExecution, key = 'a') => ({ executions: new Map([[`${key}#1`, answer]]) });
const ended = (more: Partial<Extract<AskedExecution, { state: 'ended' }>> = {}): AskedExecution => ({
  state: 'ended',
  stopped: false,
  reason: 'its execution ended FAILED',
  ...more,
});

describe('an event that a saga has', () => {
  it('is left alone before it is due, though its lane has passed it and its hand-off was never marked', () => {
    for (const handedOver of [true, false])
      for (let nowMs = T + MINUTE; nowMs < DUE; nowMs += MINUTE)
        expect(decide({ acceptance: acceptance(['a'], { handedOver }) }, nowMs)).toMatchObject({
          decision: 'wait',
          reason: 'a saga has it',
        });
  });

  it('is looked at when it is due, not later', () => {
    const decision = decide({ settings: { ...settings, handOffBoundMs: 20 * MINUTE } }, T + MINUTE);
    expect(decision).toMatchObject({ decision: 'wait', dueAtMs: DUE });
  });

  it('is waited for while its execution runs, however long that is', () => {
    expect(decide(asked({ state: 'running' }), T + 600 * MINUTE).decision).toBe('wait');
  });

  it('runs again where its execution ended without an outcome, and is DEAD after the last run', () => {
    const after = (runs: number) => decide({ records: [withSaga('a', runs)], ...asked(ended()) }, DUE);
    for (let runs = 1; runs < MOST_RUNS; runs++)
      expect(after(runs)).toMatchObject({ decision: 'mend', reruns: [{ key: 'a', generation: 1 }], commits: [] });
    expect(after(MOST_RUNS)).toMatchObject({
      decision: 'mend',
      reruns: [],
      commits: [
        {
          key: 'a',
          atMostStage: MOST_RUNS - 1,
          outcome: { kind: 'DEAD', chain: 'booking@1', reason: `its execution ended FAILED (${MOST_RUNS} runs)` },
        },
      ],
    });
  });

  it('is DEAD at once where a person stopped its execution', () => {
    const decision = decide(asked(ended({ stopped: true, reason: 'stopped' })), DUE);
    expect(decision).toMatchObject({
      decision: 'mend',
      reruns: [],
      commits: [{ outcome: { kind: 'DEAD', reason: 'stopped' } }],
    });
  });

  it('ends as the event with the same key for which its execution ran', () => {
    const decision = decide(asked({ state: 'other', kind: 'COMPENSATED', reason: 'as event e1' }), DUE);
    expect(decision).toMatchObject({ commits: [{ outcome: { kind: 'COMPENSATED', reason: 'as event e1' } }] });
  });

  it('is sent again from its beginning where its execution was never started and its lane has passed it', () => {
    const decision = decide(asked({ state: 'missing' }), DUE);
    expect(decision).toMatchObject({ decision: 'resend', messages: [{ envelope: { key: 'a' }, sendAttempt: 2 }] });
    expect(decision.decision === 'resend' && decision.messages[0]).not.toHaveProperty('position');
    const busy = { ...lane, watermark: { ...lane.watermark, backlog: 5, oldestSentAtMs: T } };
    expect(decide({ lane: busy, ...asked({ state: 'missing' }) }, DUE).decision).toBe('wait');
  });

  it('does not keep its neighbours from being sent again', () => {
    const decision = decide({ acceptance: acceptance(['a', 'b']) }, T + 4 * MINUTE);
    expect(decision).toMatchObject({ decision: 'resend', messages: [{ envelope: { key: 'b' } }] });
  });

  it('stays with its saga when its lane leaves the configuration', () => {
    expect(decide({ lane: undefined }, T + MINUTE)).toMatchObject({ decision: 'wait', reason: 'a saga has it' });
  });

  it('is closed with its outcome, whatever its execution is found to be', () => {
    const records = [{ key: 'a', generation: 1, attempts: 0, outcome: outcome('a') }];
    expect(decide({ records, ...asked(ended()) }, DUE).decision).toBe('close');
  });
});
