/** Plots of the formulas that planning stands on, drawn by the code that planning calls. */
import { DEFAULT_PLANNING } from '../../core/policies/scheduling/parameters';
import { BREAK_EVEN_BUSY_SHARE } from '../../core/policies/scheduling/prices';
import { busyShare, demandSlices, levelsBusyAtLeast } from '../../core/policies/scheduling/warm-levels';
import { mmcMeans } from '../../core/queueing/mmc';
import { type Axis, svg } from './svg';

const UTILISATION: Axis = {
  label: 'utilisation ρ',
  from: 0.3,
  to: 1,
  ticks: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
};
const WAIT: Axis = {
  label: 'mean wait, in services (log)',
  from: 0.001,
  to: 30,
  ticks: [0.001, 0.01, 0.1, 1, 10],
  log: true,
};
/** Up to where waits leave the plot. */
const GRID = Array.from({ length: 139 }, (_, index) => 0.3 + index * 0.005);

/** Mean wait at the utilisation, of services of one second. */
const waitOf = (servers: number): (readonly [number, number])[] =>
  GRID.map((rho) => [
    rho,
    mmcMeans({ arrivalsPerSecond: rho * servers, meanServiceSeconds: 1, servers }).meanWaitSeconds,
  ]);
const bound = { axis: 'x' as const, at: DEFAULT_PLANNING.utilisationBound, label: 'the bound' };

export function erlangWaits(): string {
  return svg(
    'The mean wait of M/M/c by Erlang C',
    'At the same utilisation, more servers wait far less: at 0.8, 4 services for one server and 0.009 for fifty.',
    [
      {
        x: UTILISATION,
        y: WAIT,
        height: 300,
        lines: [bound],
        series: [1, 2, 4, 10, 50].map((servers, index) => ({
          name: `c = ${servers}`,
          colour: index,
          points: waitOf(servers),
        })),
      },
    ],
  );
}

export function lostPooling(): string {
  return svg(
    'What separate lanes cost: four lanes of three environments, and twelve that are shared',
    'Four lanes of three environments wait several times as long as twelve shared ones at every utilisation.',
    [
      {
        x: UTILISATION,
        y: WAIT,
        height: 300,
        lines: [bound],
        series: [
          { name: '4 × M/M/3, each with a quarter of the load', colour: 1, points: waitOf(3) },
          { name: 'M/M/12', colour: 0, points: waitOf(12) },
        ],
      },
    ],
  );
}

const MOST_LEVELS = 30;
/** Demand in erlangs: sure of ten, and a forecast with the same median that is not. */
const SURE = [10];
const UNSURE = demandSlices({
  quantiles: [
    { level: 0.05, eventsPerMinute: 5 },
    { level: 0.5, eventsPerMinute: 10 },
    { level: 0.95, eventsPerMinute: 24 },
  ],
});

export function busyShares(): string {
  const levels = Array.from({ length: MOST_LEVELS }, (_, index) => index + 1);
  const of = (erlangs: readonly number[]) => levels.map((level) => [level, busyShare(erlangs, level)] as const);
  const least = DEFAULT_PLANNING.busyShareAtLeast;
  const chosen = (erlangs: readonly number[]) => levelsBusyAtLeast(erlangs, BREAK_EVEN_BUSY_SHARE);
  const counts = (erlangs: readonly number[]) =>
    `${chosen(erlangs)} pay, ${levelsBusyAtLeast(erlangs, least)} above ${least}`;
  return svg(
    'Busy share of the k-th environment, and from where on it pays to keep it warm',
    `Where demand is sure to be 10 erlangs, ${chosen(SURE)} environments are busy for at least the break-even share; where it is uncertain, ${chosen(UNSURE)}.`,
    [
      {
        x: { label: 'k', from: 0, to: MOST_LEVELS, ticks: [0, 5, 10, 15, 20, 25, 30] },
        y: { label: 'busy share', from: 0, to: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
        height: 280,
        lines: [
          { axis: 'y', at: BREAK_EVEN_BUSY_SHARE, label: `break-even ${BREAK_EVEN_BUSY_SHARE.toFixed(2)}` },
          { axis: 'y', at: least, label: `kept warm from ${least} on` },
        ],
        series: [
          { name: `10 erlangs for sure: ${counts(SURE)}`, colour: 0, points: of(SURE), dots: true },
          {
            name: `5 to 24 (90 % of the time): ${counts(UNSURE)}`,
            colour: 1,
            points: of(UNSURE),
            dots: true,
          },
        ],
      },
    ],
  );
}
