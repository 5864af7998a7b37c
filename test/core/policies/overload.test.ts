/** Proves that overload is judged by delay, sheds the lowest class first and ever faster, and lets go again. */
import fc from 'fast-check';
import { DEFAULT_OVERLOAD, decideOverload, firstOverload, type OverloadState } from '../../../core/policies/overload';

const CLASSES = 4;
const lane = (rank: number, delaySeconds: number) => ({
  lane: `lane${rank}`,
  rank,
  delaySeconds,
  objectiveSeconds: 10,
});
const step = (state: OverloadState, atSeconds: number, delays: readonly ReturnType<typeof lane>[]) =>
  decideOverload(state, { classes: CLASSES, delays }, { nowMs: atSeconds * 1000 });
const LONG = [lane(0, 11)];
const GOOD = [lane(0, 10)];

function run(delaysAt: (second: number) => ReturnType<typeof lane>[], seconds: number, from = firstOverload(0)) {
  let state = from;
  const levels: number[] = [];
  for (let second = 0; second <= seconds; second += 1) {
    const next = step(state, second, delaysAt(second));
    state = next.state;
    levels.push(next.decision.level);
  }
  return { state, levels };
}

describe('decideOverload', () => {
  it('sheds nothing for a delay at its target', () => {
    expect(run(() => GOOD, 120).levels.every((level) => level === 0)).toBe(true);
  });

  it('sheds the lowest class when delay has been long for a whole interval, and not before', () => {
    const { levels } = run(() => LONG, 10);
    expect(levels.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(levels[10]).toBe(1);
  });

  it('goes on faster while it does not help: after 10 s, then 10/√2, then 10/√3', () => {
    const { levels } = run(() => LONG, 40);
    expect([levels.indexOf(1), levels.indexOf(2), levels.indexOf(3)]).toEqual([10, 18, 24]);
  });

  it('never sheds the most urgent class', () => {
    expect(Math.max(...run(() => LONG, 600).levels)).toBe(CLASSES - 1);
  });

  it('does not count a short rise', () => {
    const { levels } = run((second) => (second % 9 === 8 ? GOOD : LONG), 200);
    expect(Math.max(...levels)).toBe(0);
  });

  it('lets go, class after class, when delay stays good', () => {
    const shed = run(() => LONG, 40).state;
    const { levels } = run((second) => (second >= 0 ? GOOD : LONG), 200, { ...shed, sinceMs: 0 });
    expect(levels[0]).toBe(3);
    expect(levels.at(-1)).toBe(0);
    expect(levels.every((level, index) => index === 0 || level <= (levels[index - 1] ?? 0))).toBe(true);
  });

  it('does not look at the delay of a class that is shed', () => {
    const state: OverloadState = { level: 1, steps: 0, sinceMs: 0, isLong: false };
    expect(step(state, 1, [lane(3, 900), lane(0, 1)]).state.isLong).toBe(false);
    expect(step(state, 1, [lane(2, 900), lane(0, 1)]).state.isLong).toBe(true);
  });

  it('names the lane that is behind', () => {
    const state: OverloadState = { level: 0, steps: 0, sinceMs: 0, isLong: true };
    expect(step(state, 10, [lane(1, 12)]).reason).toBe('lane lane1 is 12 s behind');
  });

  it.each<[string, Partial<OverloadState>, number, typeof LONG]>([
    ['delay rose', {}, 5, LONG],
    ['delay is good again', { isLong: true }, 5, GOOD],
    ['delay is long', { isLong: true }, 5, LONG],
    ['delay is good', { level: 1 }, 5, GOOD],
    ['delay stayed good', { level: 1 }, 10, GOOD],
    ['delay is good', {}, 10, GOOD],
    ['nothing more may be shed', { level: CLASSES - 1, isLong: true }, 10, LONG],
  ])('says why: %s', (reason, state, atSeconds, delays) => {
    const before = { level: 0, steps: 0, sinceMs: 0, isLong: false, ...state };
    expect(step(before, atSeconds, delays).reason).toBe(reason);
  });

  it('begins with good delay, so that the first good one changes nothing', () => {
    expect(step(firstOverload(0), 1, [lane(0, 1)]).state).toEqual(firstOverload(0));
  });

  it('moves by one level at a time and stays within its bounds, whatever the delays', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(3), fc.nat(30)), { maxLength: 60 }), (steps) => {
        let state = firstOverload(0);
        let atSeconds = 0;
        return steps.every(([seconds, rank, delay]) => {
          atSeconds += seconds;
          const { decision, state: next } = step(state, atSeconds, [lane(rank, delay)]);
          const isOneStep = Math.abs(decision.level - state.level) <= 1;
          state = next;
          return isOneStep && decision.level >= 0 && decision.level < CLASSES;
        });
      }),
      { numRuns: 10_000 },
    );
  });

  it('has the objective as its target and an interval of ten seconds where nothing else is said', () => {
    expect(DEFAULT_OVERLOAD).toEqual({ targetShareOfObjective: 1, intervalSeconds: 10 });
  });
});
