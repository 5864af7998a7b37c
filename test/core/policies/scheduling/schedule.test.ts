/** Proves one controller step: what it changes, what it leaves alone, and when it holds its last plan. */
import fc from 'fast-check';
import type { LaneCapacity, LaneObservation, ScalingAction } from '../../../../core/contracts/scheduling';
import { sayReason } from '../../../../core/policies/scheduling/say';
import { FIRST_STATE, type ScheduleState, schedule } from '../../../../core/policies/scheduling/schedule';
import { certain, NOW_MS, observation, PARAMETERS } from './factory';

const ACCOUNT = { concurrencyLimit: 1000, reservedElsewhere: 0 };
const SLOW = { mostBatchSize: 1, objectiveSeconds: 60, mostConcurrency: 20 };
const step = (state: ScheduleState, lane: LaneObservation, eventsPerSecond: number, nowMs = NOW_MS) =>
  schedule(
    state,
    {
      lane: 'critical',
      lanes: [lane],
      forecasts: [certain(eventsPerSecond)],
      account: ACCOUNT,
      parameters: PARAMETERS,
    },
    { nowMs },
  );
/** A lane whose mapping is as planned, so that only warm capacity can change. */
const settled = (capacity: Partial<LaneCapacity> = {}) =>
  observation({
    terms: SLOW,
    capacity: { maximumConcurrency: 20, batchSize: 1, batchWindowSeconds: 0, provisionedStatus: 'ready', ...capacity },
  });
const codes = ({ reasons }: { readonly reasons: readonly { readonly code: string }[] }) =>
  reasons.map(({ code }) => code);

function steps(count: number, capacity: Partial<LaneCapacity>, eventsPerSecond: number) {
  let state = FIRST_STATE;
  const actions: (readonly ScalingAction[])[] = [];
  for (let n = 0; n < count; n += 1) {
    const next = step(state, settled(capacity), eventsPerSecond);
    actions.push(next.decision.actions);
    state = next.state;
  }
  return { actions, state };
}

describe('schedule', () => {
  it('raises warm capacity at once', () => {
    const { decision, reasons } = step(FIRST_STATE, settled(), 100);
    expect(decision.actions).toEqual([{ kind: 'provision', environments: 9, from: 0 }]);
    expect(reasons).toContainEqual({ code: 'raise', args: { from: 0, to: 9 } });
    expect(reasons).toContainEqual({ code: 'warm', args: { provisioned: 9, needed: 13 } });
  });

  it('leaves alone what is as planned', () => {
    expect(step(FIRST_STATE, settled({ provisionedRequested: 9 }), 100).decision.actions).toEqual([]);
  });

  it('leaves a rise of less than a tenth alone', () => {
    expect(step(FIRST_STATE, settled({ provisionedRequested: 8 }), 100).decision.actions).toHaveLength(1);
    // 17 of 16 would be a sixteenth more.
    const wide = observation({ ...settled({ provisionedRequested: 16 }), terms: { ...SLOW, mostConcurrency: 100 } });
    const { decision } = step(FIRST_STATE, wide, 185);
    expect(decision.plan?.provisioned).toBe(17);
    expect(decision.actions.filter(({ kind }) => kind === 'provision')).toEqual([]);
  });

  it('lowers only when five steps agree, and to the highest that they wanted', () => {
    const { actions } = steps(5, { provisionedRequested: 20 }, 100);
    expect(actions.slice(0, 4)).toEqual([[], [], [], []]);
    expect(actions[4]).toEqual([{ kind: 'provision', environments: 9, from: 20 }]);

    let state = FIRST_STATE;
    let last: readonly ScalingAction[] = [];
    for (const rate of [100, 20, 20, 20, 20]) {
      const next = step(state, settled({ provisionedRequested: 20 }), rate);
      state = next.state;
      last = next.decision.actions;
    }
    expect(last).toEqual([{ kind: 'provision', environments: 9, from: 20 }]);
  });

  it('begins to count again when a step wants as much as there is', () => {
    const four = steps(4, { provisionedRequested: 9 }, 20).state;
    const held = step(four, settled({ provisionedRequested: 9 }), 100).state;
    expect(step(held, settled({ provisionedRequested: 9 }), 20).decision.actions).toEqual([]);
  });

  it('lowers after a step that wanted hardly less, five steps later, and not by that step', () => {
    const wide = observation({ ...settled({ provisionedRequested: 18 }), terms: { ...SLOW, mostConcurrency: 100 } });
    let state = FIRST_STATE;
    const warm: ScalingAction[][] = [];
    // 17 of 18 are wanted first, which is no change that is worth a call.
    for (const rate of [185, 100, 100, 100, 100, 100]) {
      const next = step(state, wide, rate);
      state = next.state;
      warm.push(next.decision.actions.filter(({ kind }) => kind === 'provision'));
    }
    expect(warm).toEqual([[], [], [], [], [], [{ kind: 'provision', environments: 9, from: 18 }]]);
  });

  it('gives all warm capacity back where none is wanted', () => {
    expect(steps(5, { provisionedRequested: 3, batchWindowSeconds: 0 }, 0).actions[4]).toEqual([
      { kind: 'release', from: 3 },
    ]);
  });

  it('begins no second change of warm capacity while one is in progress', () => {
    const result = step(FIRST_STATE, settled({ provisionedStatus: 'in-progress', provisionedRequested: 2 }), 100);
    expect(result.decision.actions).toEqual([]);
    expect(codes(result)).toContain('change-in-progress');
  });

  describe('a request that AWS took and gave up, as where a new version does not start', () => {
    const failed = (provisionedRequested: number, provisionedAllocated: number, more: Partial<LaneCapacity> = {}) =>
      settled({ provisionedStatus: 'failed', provisionedRequested, provisionedAllocated, ...more });
    const told = { code: 'warm-failed', args: { requested: 9, allocated: 0 } };

    it('is told, and asked for again although it is the number that the plan wants', () => {
      const { decision, reasons } = step(FIRST_STATE, failed(9, 0), 100);
      expect(decision.plan?.provisioned).toBe(9);
      expect(decision.actions).toEqual([{ kind: 'provision', environments: 9, from: 0 }]);
      expect(reasons.slice(-2)).toEqual([told, { code: 'ask-again', args: { wanted: 9 } }]);
    });

    it('gives way to a smaller number at once, since nothing of it is there that could be lowered', () => {
      const { decision } = step(FIRST_STATE, failed(20, 0), 100);
      expect(decision.actions).toEqual([{ kind: 'provision', environments: 9, from: 0 }]);
    });

    it('gives way to what is there where no more is wanted', () => {
      const { decision, reasons } = step(FIRST_STATE, failed(20, 9), 100);
      expect(decision.actions).toEqual([{ kind: 'provision', environments: 9, from: 9 }]);
      expect(reasons).toContainEqual({ code: 'warm-failed', args: { requested: 20, allocated: 9 } });
    });

    it('is taken off the record where none is wanted', () => {
      expect(step(FIRST_STATE, failed(9, 0), 0).decision.actions).toEqual([{ kind: 'release', from: 0 }]);
    });

    it('leaves what is there to be lowered as ever, counted from what is there', () => {
      let state = FIRST_STATE;
      for (let n = 0; n < 4; n += 1) {
        const next = step(state, failed(30, 20), 100);
        expect(next.decision.actions).toEqual([]);
        expect(codes(next)).toContain('warm-failed');
        state = next.state;
      }
      expect(step(state, failed(30, 20), 100).decision.actions).toEqual([
        { kind: 'provision', environments: 9, from: 20 },
      ]);
    });

    it('is told while a deploy owns the alias, and not asked for again then', () => {
      const { decision, reasons } = step(FIRST_STATE, failed(9, 0, { deploying: true }), 100);
      expect(decision.actions).toEqual([]);
      expect(reasons).toContainEqual(told);
    });

    it('is not taken for one where all that was asked for is there', () => {
      const { decision, reasons } = step(FIRST_STATE, failed(9, 9), 100);
      expect(decision.actions).toEqual([]);
      expect(reasons).not.toContainEqual(expect.objectContaining({ code: 'warm-failed' }));
    });
  });

  it('keeps its hands off an alias that a deploy is moving, and still works the mapping', () => {
    const lane = settled({ deploying: true, maximumConcurrency: 5 });
    const result = step(FIRST_STATE, lane, 100);
    expect(result.decision.actions.map(({ kind }) => kind)).toEqual(['mapping']);
    expect(codes(result)).toContain('deploying');
  });

  it('changes cap, batch and window by one call', () => {
    const lane = settled({ maximumConcurrency: 5, provisionedRequested: 9 });
    expect(step(FIRST_STATE, lane, 100).decision.actions).toEqual([
      { kind: 'mapping', maximumConcurrency: 20, batchSize: 1, batchWindowSeconds: 0 },
    ]);
  });

  it('counts a cap in tens where pollers are provisioned, never below those that stand nor above what the lane may have', () => {
    const capFor = (accountConcurrency: number, maximumConcurrency: number, leastPollers: number) => {
      const lane = settled({ maximumConcurrency, provisionedRequested: 9 });
      const polled = { ...lane, terms: { ...lane.terms, leastPollers, mostConcurrency: 40 } };
      const account = { concurrencyLimit: accountConcurrency, reservedElsewhere: 0 };
      const input = { lane: 'critical', lanes: [polled], forecasts: [certain(100)], account, parameters: PARAMETERS };
      const { plan, actions } = schedule(FIRST_STATE, input, { nowMs: NOW_MS }).decision;
      return {
        planned: plan?.maximumConcurrency,
        caps: actions.flatMap((each) => (each.kind === 'mapping' ? [each.maximumConcurrency] : [])),
      };
    };
    expect(capFor(26, 20, 2)).toEqual({ planned: 23, caps: [30] });
    expect(capFor(26, 30, 2)).toEqual({ planned: 23, caps: [] });
    expect(capFor(26, 20, 4)).toEqual({ planned: 23, caps: [40] });
    expect(capFor(26, 40, 2)).toEqual({ planned: 23, caps: [30] });
    expect(capFor(1000, 20, 2)).toEqual({ planned: 40, caps: [40] });
  });

  it('follows a slow fall, although its first step wanted nearly all that there is', () => {
    let state = FIRST_STATE;
    let requested = 90;
    // A hundredth less each step: no single step is worth a change, the sum of them is.
    for (let n = 0; n < 40; n += 1) {
      const lane = settled({ provisionedRequested: requested, maximumConcurrency: 1000 });
      const wide = { ...lane, terms: { ...lane.terms, mostConcurrency: 1000 } };
      const next = step(state, wide, 1000 - 10 * n);
      for (const action of next.decision.actions) if (action.kind === 'provision') requested = action.environments;
      state = next.state;
    }
    expect(requested).toBeLessThan(75);
  });

  it('leaves a cap alone that is a tenth above the plan, or less', () => {
    const mapping = (maximumConcurrency: number) =>
      step(FIRST_STATE, settled({ maximumConcurrency, provisionedRequested: 9 }), 100).decision.actions.length;
    expect([mapping(22), mapping(23), mapping(19)]).toEqual([0, 1, 1]);
  });

  describe('a lane with more warm than its grant', () => {
    // Batches of four are planned, which takes 5 environments at this rate; full ones, of ten, take 3.
    const batching = { ...SLOW, mostBatchSize: 10, mostConcurrency: 100 };
    const service = { overheadSeconds: 0.1, recordSeconds: 0.001, scv: 1, initSeconds: 0.2 };
    const warm = (environments: number, maximumConcurrency: number, terms = batching) =>
      observation({
        terms,
        service,
        capacity: {
          provisionedAllocated: environments,
          provisionedRequested: environments,
          provisionedStatus: 'ready',
          maximumConcurrency,
        },
      });
    const cap = (maximumConcurrency: number): ScalingAction => ({
      kind: 'mapping',
      maximumConcurrency,
      batchSize: 10,
      batchWindowSeconds: 0,
    });
    /** What it does when it has wanted less for four steps already. */
    const fifth = (lane: LaneObservation, rate = 150) => {
      let state = FIRST_STATE;
      for (let n = 0; n < 4; n += 1) state = step(state, lane, rate).state;
      return step(state, lane, rate);
    };

    it('may use what is warm, whatever the plan says', () => {
      const { decision } = step(FIRST_STATE, warm(30, 10), 150);
      expect(decision.plan).toMatchObject({ granted: 5, maximumConcurrency: 3 });
      expect(decision.actions).toEqual([cap(30)]);
    });

    it('may use no more than a person allows', () => {
      expect(step(FIRST_STATE, warm(30, 10, { ...batching, mostConcurrency: 20 }), 150).decision.actions).toEqual([
        cap(20),
      ]);
    });

    it('is lowered in two steps: first the cap, with its reason, then what is warm, and the cap is not raised again', () => {
      const first = fifth(warm(40, 40));
      expect(first.decision.actions).toEqual([cap(5)]);
      expect(first.reasons).toContainEqual({ code: 'lower-cap-first', args: { cap: 5 } });
      const second = step(first.state, warm(40, 5), 150);
      expect(second.decision.actions).toEqual([{ kind: 'provision', environments: 5, from: 40 }]);
    });

    it('is lowered in two steps however little it is, since its cap would else start environments as the warm ones go', () => {
      const first = fifth(warm(40, 40), 1100);
      expect(first.decision.actions).toEqual([cap(36)]);
      const second = step(first.state, warm(40, 36), 1100);
      expect(second.decision.actions).toEqual([{ kind: 'provision', environments: 36, from: 40 }]);
    });

    it('is lowered at once where its cap is above what stays warm and falls by less than a tenth', () => {
      let state = FIRST_STATE;
      const lane = settled({ maximumConcurrency: 22, provisionedRequested: 15, provisionedAllocated: 15 });
      for (let n = 0; n < 4; n += 1) state = step(state, lane, 100).state;
      expect(step(state, lane, 100).decision.actions).toEqual([{ kind: 'provision', environments: 9, from: 15 }]);
    });

    it('is lowered at once where its cap is as planned already', () => {
      expect(fifth(warm(40, 5)).decision.actions).toEqual([{ kind: 'provision', environments: 5, from: 40 }]);
    });
  });

  it('changes the form by an action of its own', () => {
    const lane = observation({ ...settled({ provisionedRequested: 9, form: 'split' }), backlog: 0 });
    expect(step(FIRST_STATE, lane, 100).decision.actions).toEqual([{ kind: 'form', form: 'fused' }]);
  });

  it('holds the last good plan where its inputs are stale, and says how old they are', () => {
    const good = step(FIRST_STATE, settled(), 100);
    const late = step(good.state, settled(), 100, NOW_MS + 301_000);
    expect(late).toEqual({
      decision: { plan: good.decision.plan, actions: [] },
      reasons: [{ code: 'stale-inputs', args: { ageSeconds: 301 } }],
      state: good.state,
    });
    expect(codes(step(good.state, settled(), 100, NOW_MS + 300_000))).not.toContain('stale-inputs');
  });

  it('holds the last good plan where its lane was not observed', () => {
    const good = step(FIRST_STATE, settled(), 100);
    const blind = schedule(
      good.state,
      { lane: 'critical', lanes: [], forecasts: [], account: ACCOUNT, parameters: PARAMETERS },
      { nowMs: NOW_MS },
    );
    expect(blind).toEqual({
      decision: { plan: good.decision.plan, actions: [] },
      reasons: [{ code: 'not-observed', args: {} }],
      state: good.state,
    });
  });

  it('decides the same again from what a record keeps: state and inputs as JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 20 }), (rates) => {
        let state = FIRST_STATE;
        return rates.every((rate) => {
          const lane = settled({ provisionedRequested: 9 });
          const now = step(state, lane, rate);
          const again = step(JSON.parse(JSON.stringify(state)), JSON.parse(JSON.stringify(lane)), rate);
          state = now.state;
          return JSON.stringify(again) === JSON.stringify(now);
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('sayReason', () => {
  it('puts each code into words', () => {
    expect(sayReason({ code: 'raise', args: { from: 2, to: 9 } })).toBe('warm capacity raised from 2 to 9');
    expect(sayReason({ code: 'stale-inputs', args: { ageSeconds: 400 } })).toBe(
      'what is known is 400 s old: the last plan is held',
    );
    expect(sayReason({ code: 'short', args: { needed: 5, granted: 3 } })).toBe(
      'needs 5 environments; the weighted sharing gives 3',
    );
  });

  it('has words for every code that the forecast and the plan give', () => {
    const ofForecast = ['nothing-seen', 'minutes-missing', 'minutes-refused', 'window-changed', 'leader', 'burst'];
    const codes = [...ofForecast.map((each) => `forecast-${each}`), 'inputs-unavailable', 'deploying', 'borrowed'];
    const args = { minutes: 2, model: 'AR', weight: 0.25, score: 1, error: 'no', fromMinutes: 3, untilMinutes: 8 };
    for (const code of codes) expect(sayReason({ code, args })).not.toContain(code);
    expect(sayReason({ code: 'forecast-leader', args })).toBe('the forecast follows AR most (25 %)');
  });

  it('says what AWS gave up, and what is there', () => {
    expect(sayReason({ code: 'warm-failed', args: { requested: 9, allocated: 2 } })).toBe(
      'AWS gave up allocating 9 environments, 2 are there: does the live version start?',
    );
    expect(sayReason({ code: 'ask-again', args: { wanted: 9 } })).toBe(
      '9 environments are asked for in place of the failed request',
    );
  });

  it('says a code that it does not know as it is', () => {
    expect(sayReason({ code: 'later', args: { x: 1 } })).toBe('later {"x":1}');
  });
});
