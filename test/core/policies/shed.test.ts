/** Proves who is shed at the door, and that a shed class keeps its least share. */
import fc from 'fast-check';
import {
  decideShed,
  KEEPS_UP_SECONDS,
  NOTHING_SHED,
  type ShedInput,
  type ShedState,
} from '../../../core/policies/shed';

const BULK: ShedInput = {
  rank: 3,
  classes: 4,
  level: 1,
  weightShare: 1 / 15,
  delaySeconds: KEEPS_UP_SECONDS,
  tooLongSeconds: 100,
};

function offer(input: ShedInput, events: number) {
  let state: ShedState = NOTHING_SHED;
  let admitted = 0;
  for (let n = 0; n < events; n += 1) {
    const next = decideShed(state, input);
    if (next.decision === 'admit') admitted += 1;
    state = next.state;
  }
  return { admitted, state };
}

describe('decideShed', () => {
  it('admits all of a class that is not shed, and forgets its counts', () => {
    expect(decideShed({ offered: 9, admitted: 1 }, { ...BULK, level: 0 })).toMatchObject({
      decision: 'admit',
      state: NOTHING_SHED,
    });
    expect(decideShed(NOTHING_SHED, { ...BULK, rank: 2 }).decision).toBe('admit');
  });

  it('admits one event in fifteen of a shed class whose weight is one of fifteen', () => {
    expect(offer(BULK, 14).admitted).toBe(0);
    expect(offer(BULK, 15).admitted).toBe(1);
    expect(offer(BULK, 1500).admitted).toBe(100);
  });

  it('admits all of a shed class whose own lane keeps up, since shedding would leave its share of capacity idle', () => {
    const before = { offered: 14, admitted: 0 };
    const decided = decideShed(before, { ...BULK, delaySeconds: KEEPS_UP_SECONDS - 1 });
    expect(decided).toEqual({ decision: 'admit', reason: 'its own lane keeps up', state: before });
    expect(offer({ ...BULK, delaySeconds: 0 }, 100).admitted).toBe(100);
  });

  it('takes a lane in a hurry for one that does not keep up at half of what is too long for it', () => {
    const hurried = { ...BULK, tooLongSeconds: 4 };
    expect(decideShed(NOTHING_SHED, { ...hurried, delaySeconds: 1.9 }).decision).toBe('admit');
    expect(decideShed(NOTHING_SHED, { ...hurried, delaySeconds: 2 }).decision).toBe('shed');
  });

  it('sheds an event that its lane cannot reach before its deadline, in any class', () => {
    const late = { ...BULK, rank: 0, level: 0, slackSeconds: 3 };
    expect(decideShed(NOTHING_SHED, { ...late, delaySeconds: 4 })).toMatchObject({
      decision: 'shed',
      reason: 'the lane is 4 s behind and the deadline is in 3 s',
    });
    expect(decideShed(NOTHING_SHED, { ...late, delaySeconds: 3 }).decision).toBe('admit');
  });

  it('leaves a deadline that has passed already to the runner, whose outcome for it is EXPIRED', () => {
    expect(decideShed(NOTHING_SHED, { ...BULK, level: 0, slackSeconds: 0, delaySeconds: 4 }).decision).toBe('admit');
  });

  it('keeps the admitted share within one event of its bound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (events, share) => {
        const { admitted } = offer({ ...BULK, weightShare: share }, events);
        return admitted <= share * events + 1e-9 && admitted > share * events - 1 - 1e-9;
      }),
      { numRuns: 2_000 },
    );
  });
});
