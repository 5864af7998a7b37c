/**
 * Shedding over time: the policies of ingestion on a model of four lanes that share what the account has. Every second each class
 * offers its events, the lanes are served by weighted max-min, and ingestion looks every five seconds.
 */
import { OBSERVATION_LIFE_MS } from '../../core/policies/admit';
import { DEFAULT_OVERLOAD, decideOverload, firstOverload } from '../../core/policies/overload';
import { shareCapacity } from '../../core/policies/scheduling/share-capacity';
import { decideShed, NOTHING_SHED, type ShedState } from '../../core/policies/shed';
import { type Series, svg } from './svg';

const CLASSES = [
  { lane: 'critical', weight: 8, objectiveSeconds: 2 },
  { lane: 'high', weight: 4, objectiveSeconds: 5 },
  { lane: 'normal', weight: 2, objectiveSeconds: 20 },
  { lane: 'bulk', weight: 1, objectiveSeconds: 150 },
] as const;
const WEIGHTS = CLASSES.reduce((sum, { weight }) => sum + weight, 0);
const SERVED_PER_SECOND = 100;
const SECONDS = 300;
const SURGE = { from: 20, until: 200, offered: 40 };
const OFFERED = 15;

interface Lane {
  backlog: number;
  served: number;
  shed: ShedState;
}
interface Moment {
  readonly second: number;
  readonly level: number;
  /** By class, as a share of the delay that counts as too long. */
  readonly delays: readonly number[];
}

function run(): Moment[] {
  const lanes: Lane[] = CLASSES.map(() => ({ backlog: 0, served: 0, shed: NOTHING_SHED }));
  let overload = firstOverload(0);
  const moments: Moment[] = [];
  for (let second = 0; second <= SECONDS; second += 1) {
    const isSurge = second >= SURGE.from && second < SURGE.until;
    for (const [rank, lane] of lanes.entries())
      offer(lane, rank, overload.level, delayOf(lane), isSurge ? SURGE.offered : OFFERED);
    serve(lanes);
    const delays = lanes.map(delayOf);
    if ((1000 * second) % OBSERVATION_LIFE_MS === 0)
      overload = decideOverload(
        overload,
        {
          classes: CLASSES.length,
          delays: CLASSES.map(({ lane, objectiveSeconds }, rank) => ({
            lane,
            rank,
            delaySeconds: delays[rank] ?? 0,
            objectiveSeconds,
          })),
        },
        { nowMs: 1000 * second },
      ).state;
    moments.push({ second, level: overload.level, delays: delays.map((delay, rank) => delay / tooLong(rank)) });
  }
  return moments;
}

const tooLong = (rank: number) =>
  DEFAULT_OVERLOAD.targetShareOfObjective * (CLASSES[rank]?.objectiveSeconds ?? Number.NaN);
/** Of the message that is served last, were the lane served as in this second. */
const delayOf = ({ backlog, served }: Lane) => (backlog === 0 ? 0 : Math.round(backlog / Math.max(1, served)));

function offer(lane: Lane, rank: number, level: number, delaySeconds: number, events: number): void {
  const weightShare = (CLASSES[rank]?.weight ?? 0) / WEIGHTS;
  for (let event = 0; event < events; event += 1) {
    const { decision, state } = decideShed(lane.shed, {
      rank,
      classes: CLASSES.length,
      level,
      weightShare,
      delaySeconds,
      tooLongSeconds: tooLong(rank),
    });
    lane.shed = state;
    if (decision === 'admit') lane.backlog += 1;
  }
}

function serve(lanes: readonly Lane[]): void {
  const shares = shareCapacity(
    CLASSES.map(({ lane, weight }, rank) => ({ lane, weight, needed: lanes[rank]?.backlog ?? 0, floor: 0 })),
    SERVED_PER_SECOND,
  );
  for (const [rank, lane] of lanes.entries()) {
    lane.served = shares[rank]?.granted ?? 0;
    lane.backlog -= lane.served;
  }
}

export function shedding(): string {
  const moments = run();
  const x = { from: 0, to: SECONDS, ticks: [0, 50, 100, 150, 200, 250, 300] };
  const delays = CLASSES.map(
    ({ lane }, rank): Series => ({
      name: lane,
      colour: rank,
      points: moments.map(({ second, delays: each }) => [second, each[rank] ?? 0]),
    }),
  );
  return svg(
    'Shedding: four classes offer 160 a second for three minutes, and 100 are served',
    'When the high lane is behind for too long, bulk is shed and then normal; when delay stays good, they are taken in again.',
    [
      {
        x: { ...x, label: '' },
        y: { label: 'delay / the objective', from: 0, to: 5, ticks: [0, 1, 2, 3, 4, 5] },
        height: 200,
        lines: [{ axis: 'y', at: 1, label: '' }],
        series: delays,
      },
      {
        x: { ...x, label: 'seconds; the surge is from 20 to 200' },
        y: { label: 'classes shed', from: 0, to: 3, ticks: [0, 1, 2, 3] },
        height: 90,
        series: [{ name: 'level', colour: 6, step: true, points: moments.map(({ second, level }) => [second, level]) }],
      },
    ],
  );
}
