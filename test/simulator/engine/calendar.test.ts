/** Proves that the calendar gives events in the order of time and, among equals, of insertion, whatever is mixed with the pops. */
import fc from 'fast-check';
import { Calendar } from '../../../simulator/engine';

const drain = (calendar: Calendar): number[] => {
  const subjects: number[] = [];
  while (calendar.pop()) subjects.push(calendar.subject);
  return subjects;
};

describe('the calendar', () => {
  it('gives 1,000 events of the same time in the order in which they were put in', () => {
    const calendar = new Calendar();
    for (let subject = 0; subject < 1000; subject++) calendar.push(5, 0, subject);
    expect(drain(calendar)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });

  it('keeps that order for equals that are put in while others are taken out', () => {
    const calendar = new Calendar();
    for (let subject = 0; subject < 150; subject++) calendar.push(1, 0, subject);
    const seen: number[] = [];
    for (let next = 150; calendar.pop(); next++) {
      seen.push(calendar.subject);
      if (next < 400) calendar.push(1, 0, next);
    }
    expect(seen).toEqual(Array.from({ length: 400 }, (_, index) => index));
  });

  it('agrees with a sorted list under any mixture of pushes, pops and looks', () => {
    // Far more come than go, so that runs pass from few entries to many.
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 6 }) }) },
      { weight: 2, arbitrary: fc.constant('pop' as const) },
      { weight: 1, arbitrary: fc.constant('peek' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const calendar = new Calendar();
        const model: { time: number; subject: number }[] = [];
        steps.forEach((each, subject) => {
          if (typeof each === 'object') {
            const time = calendar.time + each.push;
            calendar.push(time, each.push, subject, subject + 7);
            model.push({ time, subject });
            // A stable sort: equals stay in their order.
            model.sort((a, b) => a.time - b.time);
          } else if (each === 'peek') expect(calendar.peekTime()).toBe(model[0]?.time ?? Number.POSITIVE_INFINITY);
          else {
            const expected = model.shift();
            expect(calendar.pop()).toBe(expected !== undefined);
            if (expected === undefined) return;
            expect(calendar).toMatchObject({ ...expected, stamp: expected.subject + 7 });
          }
          expect(calendar.size).toBe(model.length);
        });
      }),
    );
  });

  it('lets a stale entry be told by its stamp', () => {
    const calendar = new Calendar();
    const generations = new Int32Array(1);
    calendar.push(1, 0, 0, generations[0]);
    generations[0] = 1;
    calendar.push(2, 0, 0, generations[0]);
    const acted: number[] = [];
    while (calendar.pop()) if (calendar.stamp === generations[calendar.subject]) acted.push(calendar.time);
    expect(acted).toEqual([2]);
  });

  it('fails if an event lies in the past or has no time', () => {
    const calendar = new Calendar();
    calendar.push(3, 0, 0);
    calendar.pop();
    expect(() => calendar.push(2.9, 0, 0)).toThrow('before the clock');
    expect(() => calendar.push(Number.NaN, 0, 0)).toThrow('before the clock');
  });
});
