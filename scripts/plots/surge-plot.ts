/**
 * A controller that follows a surge: its own `decide`, once a minute, on counted arrivals that come a minute late, with warm capacity that
 * takes AWS two minutes. A drawing of how the parts work together, not a measurement: the simulator is for those.
 */
import type { LaneObservation, LaneTerms, MinuteCount } from '../../core/contracts/scheduling';
import { DEFAULT_SCHEDULING } from '../../core/policies/scheduling/parameters';
import { demandAt } from '../../core/policies/scheduling/warm-levels';
import { type ControllerState, decide } from '../../lambdas/scheduling/controller/core';
import { svg } from './svg';

const TERMS: LaneTerms = {
  lane: 'normal',
  weight: 2,
  objectiveSeconds: 20,
  ordered: false,
  floor: 0,
  ceiling: 200,
  leastConcurrency: 2,
  mostConcurrency: 200,
  mostBatchSize: 1,
  memoryMegabytes: 512,
};
const SERVICE = { overheadSeconds: 0.02, recordSeconds: 0.08, scv: 1, initSeconds: 0.15 };
const SERVICE_SECONDS = SERVICE.overheadSeconds + SERVICE.recordSeconds;
const START_MINUTE = 28_000_000;
/** Minutes that the forecast learns from before the plot begins. */
const PAST = 240;
const SHOWN = 100;
const ALLOCATION_MINUTES = 2;

/** Events in a minute, counted from the plot's beginning: 10 erlangs, five times as much from 25 to 60, with ramps; and noise. */
function demandIn(minute: number): number {
  const rise = Math.min(1, Math.max(0, (minute - 20) / 5));
  const fall = Math.min(1, Math.max(0, (minute - 60) / 10));
  const erlangs = 10 + 40 * (rise - fall);
  // Some noise that is the same each time: the golden ratio's multiples are spread evenly.
  const noise = ((((minute + PAST) * 0.6180339887) % 1) - 0.5) * 0.12;
  return Math.round(((60 * erlangs) / SERVICE_SECONDS) * (1 + noise));
}
const erlangsOf = (eventsPerMinute: number) => (eventsPerMinute * SERVICE_SECONDS) / 60;

interface Minute {
  readonly minute: number;
  readonly demand: number;
  readonly expected: number;
  readonly requested: number;
  readonly allocated: number;
}

function run(): Minute[] {
  const settings = { lane: TERMS.lane, parameters: DEFAULT_SCHEDULING, parametersHash: '' };
  const warm = { requested: 0, allocated: 0, readyAt: Number.NEGATIVE_INFINITY };
  let state: ControllerState = { schedule: { hysteresis: { lower: [] } }, forecasts: {} };
  let learnt = -PAST;
  const minutes: Minute[] = [];
  for (let minute = -PAST + 30; minute < SHOWN; minute += 1) {
    if (minute >= warm.readyAt) warm.allocated = warm.requested;
    const nowMs = (START_MINUTE + minute) * 60_000;
    // Of the minute that has just ended, metrics have not come through yet.
    const known = minute - 1;
    const arrivals: MinuteCount[] = [];
    for (; learnt < known; learnt += 1) arrivals.push({ minute: START_MINUTE + learnt, count: demandIn(learnt) });
    const lane = observe(arrivals, { ...warm, isReady: minute >= warm.readyAt }, nowMs);
    const account = { concurrencyLimit: 1000, reservedElsewhere: 0 };
    const step = decide(settings, state, { lanes: [lane], account, nowMs });
    state = step.state;
    for (const action of step.decision.actions) {
      if (action.kind !== 'provision' && action.kind !== 'release') continue;
      warm.requested = action.kind === 'provision' ? action.environments : 0;
      warm.readyAt = minute + (warm.requested > warm.allocated ? ALLOCATION_MINUTES : 0);
    }
    const [forecast] = step.decision.forecast;
    const expected = forecast === undefined ? 0 : demandAt(forecast, DEFAULT_SCHEDULING.planning.planLevel);
    if (minute >= 0)
      minutes.push({
        minute,
        demand: erlangsOf(demandIn(minute)),
        expected: erlangsOf(expected),
        requested: warm.requested,
        allocated: warm.allocated,
      });
  }
  return minutes;
}

function observe(
  arrivals: readonly MinuteCount[],
  warm: { readonly requested: number; readonly allocated: number; readonly isReady: boolean },
  nowMs: number,
): LaneObservation {
  const status = warm.isReady ? 'ready' : 'in-progress';
  return {
    terms: TERMS,
    arrivals,
    service: SERVICE,
    backlog: 0,
    oldestAgeSeconds: 0,
    capacity: {
      provisionedRequested: warm.requested,
      provisionedAllocated: warm.allocated,
      provisionedStatus: warm.requested === 0 ? 'none' : status,
      maximumConcurrency: 200,
      batchSize: 1,
      batchWindowSeconds: 0,
      form: 'fused',
      deploying: false,
    },
    paused: false,
    observedAtMs: nowMs,
  };
}

export function surge(): string {
  const minutes = run();
  const of = (value: (each: Minute) => number) => minutes.map((each) => [each.minute, value(each)] as const);
  return svg(
    'A plan that follows a surge nobody announced',
    'Demand rises from 10 to 50 erlangs within five minutes. Warm environments follow some minutes behind, and are lowered step by step.',
    [
      {
        x: { label: 'minutes', from: 0, to: SHOWN, ticks: [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100] },
        y: { label: 'erlangs, environments', from: 0, to: 120, ticks: [0, 20, 40, 60, 80, 100, 120] },
        height: 300,
        series: [
          { name: 'demand', colour: 6, points: of(({ demand }) => demand) },
          { name: 'expected greatest of minutes 3 to 8, 95 %', colour: 4, points: of(({ expected }) => expected) },
          { name: 'warm, asked for', colour: 1, step: true, dashed: true, points: of(({ requested }) => requested) },
          { name: 'warm, usable', colour: 0, step: true, points: of(({ allocated }) => allocated) },
        ],
      },
    ],
  );
}
