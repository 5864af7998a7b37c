/** Proves each rival's rule on cases worked by hand. */
import { movingAverage } from '../../../simulator/systems/esmrm';
import { type Alarms, type TrackingRule, track } from '../../../simulator/systems/target-tracking';
import { UtilisationMeter } from '../../../simulator/systems/utilisation-meter';

const RULE: TrackingRule = { target: 0.7, statistic: 'maximum', outAfter: 3, inAfter: 15 };

function after(points: readonly (number | undefined)[], capacity: number, rule = RULE) {
  let alarms: Alarms = { above: 0, below: 0 };
  return points.map((point) => {
    const tracked = track(alarms, point, capacity, rule);
    alarms = tracked.alarms;
    return tracked.capacity;
  });
}

describe('target tracking', () => {
  it('scales out after three datapoints above the target, to what would have met it', () => {
    expect(after([0.9, 0.9, 0.9], 10)).toEqual([undefined, undefined, 13]);
  });

  it('scales in after fifteen below nine tenths of the target, not below one', () => {
    const quiet = after(new Array<number>(15).fill(0.1), 10);
    expect(quiet.slice(0, 14).every((each) => each === undefined)).toBe(true);
    expect(quiet[14]).toBe(2);
    expect(after(new Array<number>(15).fill(0), 10)[14]).toBe(1);
    expect(after(new Array<number>(15).fill(0.65), 10)[14]).toBeUndefined();
  });

  it('begins to count anew after a datapoint on the other side, and after a minute without one', () => {
    expect(after([0.9, 0.9, 0.7, 0.9, 0.9], 10)).toEqual(new Array(5).fill(undefined));
    expect(after([0.9, 0.9, undefined, 0.9, 0.9], 10)).toEqual(new Array(5).fill(undefined));
  });
});

describe('UtilisationMeter', () => {
  const view = (invocations: number) => ({
    index: 0,
    queued: 0,
    inFlight: 0,
    invocations,
    environments: 0,
    oldestSinceSeconds: Number.NaN,
    batchWindowSeconds: 0,
  });

  it('knows a minute by its average and its maximum, both at most one', () => {
    const meter = new UtilisationMeter();
    meter.allocated = 4;
    for (const invocations of [1, 3, 9]) meter.look(view(invocations));
    expect(meter.close()).toEqual({ average: 8 / 12, maximum: 1 });
  });

  it('has no datapoint where nothing ran or nothing is provisioned', () => {
    const meter = new UtilisationMeter();
    meter.allocated = 4;
    expect(meter.close()).toBeUndefined();
    meter.allocated = 0;
    meter.look(view(1));
    expect(meter.close()).toBeUndefined();
  });
});

describe('movingAverage', () => {
  it('is the mean of the last values, of fewer where there are fewer', () => {
    expect(movingAverage([9, 1, 2, 3], 3)).toBe(2);
    expect(movingAverage([4], 3)).toBe(4);
    expect(movingAverage([], 3)).toBe(0);
  });
});
