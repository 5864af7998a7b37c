/** Proves that the exact values that the models are held against are those that core/queueing, on which policies decide, computes. */
import { dpsMeanSojournsSeconds } from '../../../core/queueing/dps';
import { dm1Means } from '../../../core/queueing/gm1';
import { mg1Means } from '../../../core/queueing/mg1';
import { mmcMeans } from '../../../core/queueing/mmc';
import { mmcWaitTail } from '../../../core/queueing/mmc-wait';
import { priorityMmcMeanWaitsSeconds } from '../../../core/queueing/priority-mmc';
import { EXACT_CASES } from '../../../simulator/models';

const mmc = (arrivalsPerSecond: number, servers: number) => ({ arrivalsPerSecond, meanServiceSeconds: 1, servers });
const wait = (arrivalsPerSecond: number, servers: number) => {
  const { meanWaitSeconds, waitProbability } = mmcMeans(mmc(arrivalsPerSecond, servers));
  return [meanWaitSeconds, waitProbability];
};
const priority = (servers: number, meanServiceSeconds: number, ...arrivals: readonly number[]) =>
  priorityMmcMeanWaitsSeconds({
    classes: arrivals.map((arrivalsPerSecond) => ({ arrivalsPerSecond })),
    meanServiceSeconds,
    servers,
  });
const single = (serviceScv: number) => [
  mg1Means({ arrivalsPerSecond: 0.8, meanServiceSeconds: 1, serviceScv }).meanWaitSeconds,
];
const shared = (...classes: readonly (readonly [number, number, number])[]) =>
  dpsMeanSojournsSeconds({
    classes: classes.map(([arrivalsPerSecond, rate, weight]) => ({
      arrivalsPerSecond,
      meanServiceSeconds: 1 / rate,
      weight,
    })),
  });

const COMPUTED: Readonly<Record<string, readonly number[]>> = {
  'M/M/2 a=1.6': wait(1.6, 2),
  'M/M/10 a=8': wait(8, 10),
  'M/M/14 a=10': wait(10, 14),
  'M/M/100 a=90': wait(90, 100).slice(1),
  'M/M/15 a=10': [mmcWaitTail({ ...mmc(10, 15), waitSeconds: 0.5 })],
  'M/M/17 a=10, by what arrivals find': [mmcWaitTail({ ...mmc(10, 17), waitSeconds: 0.5 })],
  'priority M/M/1 .4+.4': priority(1, 1, 0.4, 0.4),
  'priority M/M/4 .5/1.5/1.2': priority(4, 1, 0.5, 1.5, 1.2),
  'priority M/M/1 rate 3, .2/.6/1.2': priority(1, 1 / 3, 0.2, 0.6, 1.2),
  'M/D/1 .8': single(0),
  'M/E2/1 .8': single(0.5),
  'M/M/1 .8': single(1),
  'M/H2/1 .8 scv 4': single(4),
  'D/M/1 .8': [dm1Means({ arrivalsPerSecond: 0.8, meanServiceSeconds: 1 }).meanWaitSeconds],
  'DPS .35+.35, weights 1:2': shared([0.35, 1, 1], [0.35, 1, 2]),
  'DPS .3/.4, rates 1/2, weights 1:3': shared([0.3, 1, 1], [0.4, 2, 3]),
  'DPS .4+.4, weights 1:10': shared([0.4, 1, 1], [0.4, 1, 10]),
};

describe.each(EXACT_CASES.map((each) => [each.name, each.targets] as const))('%s', (name, targets) => {
  it('is what the formula gives', () => {
    const computed = COMPUTED[name] ?? [];
    expect(computed).toHaveLength(targets.length);
    for (const [index, { exact }] of targets.entries()) expect(exact).toBeCloseTo(computed[index] as number, 5);
  });
});
