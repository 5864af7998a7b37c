/** Proves M/G/1, G/M/1, Kingman's bound and the approximations: golden values, their special cases, and an exact M/D/c beside them. */
import fc from 'fast-check';
import { ggcApproximateMeanWaitSeconds, mgcApproximateMeanWaitSeconds } from '../../../core/queueing/ggc-approximation';
import { dm1Means, gm1Means } from '../../../core/queueing/gm1';
import { kingmanMeanWaitBoundSeconds } from '../../../core/queueing/kingman';
import { mg1Means, residualWorkSeconds } from '../../../core/queueing/mg1';
import { mmcMeans } from '../../../core/queueing/mmc';
import { expectBelow, expectGolden, expectRelative } from './tolerance';

const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const seconds = fc.double({ min: 0.001, max: 1000, noNaN: true });
const scv = fc.double({ min: 0, max: 20, noNaN: true });
const single = fc
  .tuple(share, seconds)
  .map(([load, meanServiceSeconds]) => ({ arrivalsPerSecond: load / meanServiceSeconds, meanServiceSeconds }));

describe('M/G/1', () => {
  it('has the golden waits for constant, Erlang-2, exponential and hyperexponential services', () => {
    expectGolden(
      [0, 0.5, 1, 4].map(
        (serviceScv) => mg1Means({ arrivalsPerSecond: 0.8, meanServiceSeconds: 1, serviceScv }).meanWaitSeconds,
      ),
      [2, 3, 4, 10],
    );
  });

  it('has all means, with a service of its own length', () => {
    expect(mg1Means({ arrivalsPerSecond: 0.25, meanServiceSeconds: 2, serviceScv: 3 })).toEqual({
      utilisation: 0.5,
      meanWaitSeconds: 4,
      meanSojournSeconds: 6,
      meanWaiting: 1,
      meanInSystem: 1.5,
    });
    expect(residualWorkSeconds({ arrivalsPerSecond: 0.25, meanServiceSeconds: 2, serviceScv: 3 })).toBe(2);
  });

  it('is M/M/1 for scv 1, and waits longer the more services vary', () => {
    fc.assert(
      fc.property(single, scv, (each, serviceScv) => {
        const exponential = mmcMeans({ ...each, servers: 1 }).meanWaitSeconds;
        expectRelative(mg1Means({ ...each, serviceScv: 1 }).meanWaitSeconds, exponential);
        const wait = mg1Means({ ...each, serviceScv }).meanWaitSeconds;
        expectBelow(wait, mg1Means({ ...each, serviceScv: serviceScv + 0.01 }).meanWaitSeconds);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('G/M/1', () => {
  it('has the golden wait for arrivals at equal gaps', () => {
    expectGolden([dm1Means({ arrivalsPerSecond: 0.8, meanServiceSeconds: 1 }).meanWaitSeconds], [1.692731]);
  });

  it('solves its equation for arrivals at equal gaps, and gives all means', () => {
    fc.assert(
      fc.property(single, (each) => {
        const means = dm1Means(each);
        const sigma = means.waitProbability;
        const load = each.arrivalsPerSecond * each.meanServiceSeconds;
        expectBelow(Math.abs(Math.exp(-(1 - sigma) / load) - sigma), 1e-14);
        expectBelow(sigma, load);
        expect(means.utilisation).toBe(load);
        expectRelative(means.meanSojournSeconds * (1 - sigma), each.meanServiceSeconds);
        expectRelative(means.meanInSystem, each.arrivalsPerSecond * means.meanSojournSeconds);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is M/M/1 for Poisson arrivals', () => {
    fc.assert(
      fc.property(single, (each) => {
        const rate = each.arrivalsPerSecond;
        const means = gm1Means({ ...each, interarrivalTransform: (perSecond) => rate / (rate + perSecond) });
        const expected = mmcMeans({ ...each, servers: 1 });
        expectRelative(means.waitProbability, expected.waitProbability, 1e-8);
        expectRelative(means.meanWaitSeconds, expected.meanWaitSeconds, 1e-6);
        expect(means.utilisation).toBe(expected.utilisation);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has the closed form for Erlang-2 gaps', () => {
    const each = { arrivalsPerSecond: 0.3, meanServiceSeconds: 2 };
    const means = gm1Means({ ...each, interarrivalTransform: (perSecond) => (0.6 / (0.6 + perSecond)) ** 2 });
    // σ (1 + 2ρ − σ)² = 4ρ² with the root 1 divided out, times 1: σ² − (1 + 4ρ) σ + 4ρ² = 0.
    const sigma = (1 + 4 * 0.6 - Math.sqrt((1 + 4 * 0.6) ** 2 - 16 * 0.36)) / 2;
    expectRelative(means.waitProbability, sigma);
    expectRelative(means.meanWaitSeconds, (2 * sigma) / (1 - sigma));
  });
});

describe("Kingman's bound", () => {
  it('has the closed form, with gaps and services of different lengths', () => {
    const each = { arrivalsPerSecond: 0.25, meanServiceSeconds: 2 };
    expect(kingmanMeanWaitBoundSeconds({ ...each, arrivalScv: 1, serviceScv: 0 })).toBe(4);
    expect(kingmanMeanWaitBoundSeconds({ ...each, arrivalScv: 0, serviceScv: 1 })).toBe(1);
    expect(kingmanMeanWaitBoundSeconds({ ...each, arrivalScv: 0, serviceScv: 0 })).toBe(0);
  });

  it('lies above the exact waits of M/G/1 and D/M/1, and near that of M/G/1 at high load', () => {
    fc.assert(
      fc.property(single, scv, (each, serviceScv) => {
        const bound = kingmanMeanWaitBoundSeconds({ ...each, arrivalScv: 1, serviceScv });
        const exact = mg1Means({ ...each, serviceScv }).meanWaitSeconds;
        expectBelow(exact, bound);
        // They differ by (1 − ρ²) / (2λ(1 − ρ)), whatever the services.
        const load = each.arrivalsPerSecond * each.meanServiceSeconds;
        expectRelative(bound - exact, (1 + load) / (2 * each.arrivalsPerSecond), 1e-6);
        const even = kingmanMeanWaitBoundSeconds({ ...each, arrivalScv: 0, serviceScv: 1 });
        expectBelow(dm1Means(each).meanWaitSeconds, even);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Mean wait of M/D/c at mean service 1 from Crommelin's chain: who is present one service later was waiting, or has come since. */
function exactMdcWait(offered: number, servers: number): number {
  const size = 160;
  const poisson = Array.from({ length: size }, () => 0);
  for (let k = 0, term = Math.exp(-offered); k < size; k += 1, term *= offered / k) poisson[k] = term;
  let present = poisson;
  for (let round = 0; round < 600; round += 1) {
    const left = Array.from({ length: size }, () => 0);
    present.forEach((chance, n) => {
      const stay = Math.max(0, n - servers);
      left[stay] = (left[stay] as number) + chance;
    });
    const next = Array.from({ length: size }, () => 0);
    left.forEach((chance, n) => {
      for (let k = 0; n + k < size; k += 1) next[n + k] = (next[n + k] as number) + chance * (poisson[k] as number);
    });
    present = next;
  }
  return present.reduce((waiting, chance, n) => waiting + Math.max(0, n - servers) * chance, 0) / offered;
}

describe('the approximations for many servers', () => {
  const busy = { arrivalsPerSecond: 3.2, meanServiceSeconds: 1, servers: 4 };

  it('are exact for one server, and for exponential services', () => {
    fc.assert(
      fc.property(single, scv, fc.integer({ min: 1, max: 30 }), (each, serviceScv, servers) => {
        expectRelative(
          mgcApproximateMeanWaitSeconds({ ...each, servers: 1, serviceScv }),
          mg1Means({ ...each, serviceScv }).meanWaitSeconds,
        );
        expect(mgcApproximateMeanWaitSeconds({ ...each, servers, serviceScv: 1 })).toBe(
          mmcMeans({ ...each, servers }).meanWaitSeconds,
        );
      }),
      { numRuns: 10_000 },
    );
  });

  it('add the variation of arrivals to that of services', () => {
    const { meanWaitSeconds } = mmcMeans(busy);
    expectRelative(ggcApproximateMeanWaitSeconds({ ...busy, arrivalScv: 3, serviceScv: 2 }), 2.5 * meanWaitSeconds);
    expect(ggcApproximateMeanWaitSeconds({ ...busy, arrivalScv: 0, serviceScv: 0 })).toBe(0);
    expectRelative(mgcApproximateMeanWaitSeconds({ ...busy, serviceScv: 3 }), 2 * meanWaitSeconds);
  });

  it('say too little for constant services, by the few per cent that the documentation admits', () => {
    expectRelative(exactMdcWait(0.8, 1), 2, 1e-6);
    const missing = 1 - mgcApproximateMeanWaitSeconds({ ...busy, serviceScv: 0 }) / exactMdcWait(3.2, 4);
    expect(missing.toFixed(2)).toBe('0.03');
  });
});
