/**
 * The plan for all lanes of an account at once: what each needs, what the weighted sharing gives it, and how that is split into
 * provisioned and on-demand capacity. Every lane's controller computes the same plan from the same observations and acts on its own
 * lane only, so no controller is the one that must not fail.
 */
import type {
  AccountObservation,
  DemandForecast,
  LaneObservation,
  LanePlan,
  Reason,
  ServiceObservation,
} from '../../contracts/scheduling';
import { type Batching, invocationSeconds, isFasterBatched, planBatch, relaxedBatch } from './batch';
import { compose } from './compose';
import { capProvisionedCost } from './cost';
import { environmentsNeeded, offeredErlangs } from './need';
import type { PlanningParameters } from './parameters';
import { freeFor, leftByOthers, withinIdle } from './room';
import { type Share, shareCapacity } from './share-capacity';
import { demandAt, demandSlices, levelsBusyAtLeast } from './warm-levels';

export interface PlanInput {
  readonly lanes: readonly LaneObservation[];
  /** By lane; a lane without one is planned for what its floor and its backlog ask. */
  readonly forecasts: readonly DemandForecast[];
  readonly account: AccountObservation;
  readonly parameters: PlanningParameters;
}

export interface Planned {
  readonly plans: readonly LanePlan[];
  readonly reasons: readonly (Reason & { readonly lane: string })[];
}

/** So many times what is there is enough to meet a rise with, until the next step sees it. */
const ROOM = 2;

/** Utilisation at which a lane still carries what is there: what it has beyond that is for what may come. */
const FULLY_USED = 0.98;

/** AWS keeps 100 executions of an account unreserved, and so out of what provisioned concurrency may take. */
const UNRESERVED = 100;

/** Environments that the lanes may use together, and how many of those may be provisioned. */
export function sharedTotal(account: AccountObservation, parameters: Pick<PlanningParameters, 'headroomShare'>) {
  const free = Math.max(0, account.concurrencyLimit - account.reservedElsewhere);
  return {
    environments: Math.floor(free * (1 - parameters.headroomShare)),
    provisioned: Math.max(0, free - UNRESERVED),
  };
}

export function planCapacity({ lanes, forecasts, account, parameters }: PlanInput): Planned {
  const total = sharedTotal(account, parameters);
  const drafts = draftAll(lanes, forecasts, total.environments, parameters);
  const shares = shareCapacity(
    drafts.map(({ lane, needed, pressing }) => ({
      lane: lane.terms.lane,
      weight: lane.terms.weight,
      needed,
      pressing,
      floor: Math.min(needed, lane.terms.leastConcurrency),
    })),
    total.environments,
    parameters.lend,
  );
  const granted = shares.map((each) => each.granted);
  const affordable = capProvisionedCost(
    drafts.map(({ lane, warm, neededAtFull }, index) => ({
      lane,
      wanted: Math.min(warm, granted[index] ?? 0),
      needed: neededAtFull,
    })),
    total.provisioned,
    parameters.costCeilingDollarsPerHour,
  ).map((wanted, index) => Math.min(wanted, leftByOthers(drafts, index, total.provisioned)));
  const provisioned = withinIdle(affordable, drafts, total.environments);
  const planned = drafts.map((each, index) => {
    const slack = parameters.lend ? freeFor(index, drafts, granted, provisioned, total.environments) : 0;
    const given = { share: shares[index], slack, provisioned: provisioned[index] ?? 0, wished: affordable[index] ?? 0 };
    return finish(each, given, parameters);
  });
  return { plans: planned.map(({ plan }) => plan), reasons: planned.flatMap(({ reasons }) => reasons) };
}

const forecastOf = (forecasts: readonly DemandForecast[], { terms }: LaneObservation) =>
  forecasts.find(({ lane }) => lane === terms.lane);

interface Draft {
  readonly lane: LaneObservation;
  readonly batching: Batching;
  /** Records that an invocation is planned to carry. */
  readonly fill: number;
  readonly eventsPerSecond: number;
  /** What the demand asks for, also where it is more than the lane may have. */
  readonly asked: number;
  /** The same within the lane's bounds. */
  readonly needed: number;
  /** Part of `needed` that runs until the next step for what is there. The rest is for what may come, or hurries. */
  readonly pressing: number;
  /** Levels that pay, or that the objective needs; between the lane's floor and ceiling. */
  readonly warm: number;
  /** Kept to its grant, so that batches fill and what runs is busy; other lanes may also use what is idle. */
  readonly thrifty: boolean;
  /** Environments that would do if every batch were full. */
  readonly neededAtFull: number;
  /** The same for `ROOM` times what comes: what came last, or the forecast's middle. */
  readonly roomyAtFull: number;
}

/** How hard a lane batches: hardly longer than one record, as its objective allows, or with a window too. */
const PRESSURES = ['relaxed', 'batched', 'windowed'] as const;
type Pressure = (typeof PRESSURES)[number];

/**
 * All lanes relaxed; where that is too much together, one after the other batches harder, the least weight first. For what is only forecast
 * a lane does so where it then works much faster; for what is there, any gain is one. A lane that is too much for its own cap does so too.
 */
function draftAll(
  lanes: readonly LaneObservation[],
  forecasts: readonly DemandForecast[],
  environments: number,
  parameters: PlanningParameters,
): Draft[] {
  const make = (lane: LaneObservation, pressure: Pressure) =>
    draft(lane, forecastOf(forecasts, lane), parameters, pressure);
  const drafts = fitTogether(lanes, make, environments, parameters);
  return drafts.map((each) => {
    const { mostConcurrency } = each.lane.terms;
    if (each.asked <= mostConcurrency) return each;
    const harder = make(each.lane, 'batched');
    return isWorthIt(each, harder, each.pressing >= mostConcurrency, parameters) ? harder : each;
  });
}

function fitTogether(
  lanes: readonly LaneObservation[],
  make: (lane: LaneObservation, pressure: Pressure) => Draft,
  environments: number,
  parameters: PlanningParameters,
): Draft[] {
  const drafts = lanes.map((lane) => make(lane, 'relaxed'));
  const lightestFirst = lanes
    .map((lane, index) => ({ lane, index }))
    .sort((a, b) => a.lane.terms.weight - b.lane.terms.weight || a.index - b.index);
  const sum = (of: 'needed' | 'pressing') => drafts.reduce((total, each) => total + each[of], 0);
  for (const pressure of PRESSURES.slice(1))
    for (const { lane, index } of lightestFirst) {
      const now = drafts[index];
      if (now === undefined || sum('needed') <= environments) return drafts;
      const harder = make(lane, pressure);
      if (isWorthIt(now, harder, sum('pressing') > environments, parameters)) drafts[index] = harder;
    }
  return drafts;
}

function isWorthIt(now: Draft, harder: Draft, isPressing: boolean, { batchGainAtLeast }: PlanningParameters): boolean {
  const gain = now.asked / Math.max(1, harder.asked);
  return isPressing ? gain > 1 : gain >= batchGainAtLeast;
}

function draft(
  lane: LaneObservation,
  forecast: DemandForecast | undefined,
  parameters: PlanningParameters,
  pressure: Pressure,
): Draft {
  const { terms, service, capacity } = lane;
  if (service === undefined || forecast === undefined)
    return {
      lane,
      batching: { batchSize: capacity.batchSize, batchWindowSeconds: capacity.batchWindowSeconds },
      fill: capacity.batchSize,
      eventsPerSecond: 0,
      asked: Math.max(terms.leastConcurrency, terms.floor),
      needed: Math.max(terms.leastConcurrency, terms.floor),
      pressing: Math.max(terms.leastConcurrency, terms.floor),
      warm: terms.floor,
      thrifty: false,
      neededAtFull: Math.max(terms.leastConcurrency, terms.floor),
      roomyAtFull: Math.max(terms.leastConcurrency, terms.floor),
    };
  const eventsPerSecond = demandAt(forecast, parameters.planLevel) / 60;
  const batching =
    pressure === 'relaxed'
      ? relaxedBatch(terms, service, parameters)
      : planBatch(terms, service, pressure === 'windowed' ? eventsPerSecond : 0, parameters);
  const fill = pressure === 'relaxed' ? Math.max(1, parameters.fillShare * batching.batchSize) : batching.batchSize;
  const neededWith = (batchSize: number, perSecond = eventsPerSecond) =>
    environmentsNeeded({ terms, service, eventsPerSecond: perSecond, batchSize, backlog: lane.backlog }, parameters);
  const asked = neededWith(fill);
  const expectedPerMinute = Math.max(demandAt(forecast, 0.5), lane.arrivals.at(-1)?.count ?? 0);
  const warm = warmWanted(lane, service, forecast, parameters);
  const thrifty =
    isFasterBatched(service, fill, parameters) &&
    terms.objectiveSeconds >= parameters.thriftFromInvocations * invocationSeconds(service, 1);
  const needed = clamp(thrifty ? asked : Math.max(asked, warm), terms.leastConcurrency, terms.mostConcurrency);
  return {
    lane,
    batching,
    fill,
    eventsPerSecond,
    asked,
    needed,
    pressing: Math.min(needed, pressingNow(lane, service, expectedPerMinute, fill)),
    warm,
    thrifty,
    neededAtFull: neededWith(batching.batchSize),
    roomyAtFull: neededWith(batching.batchSize, (ROOM * expectedPerMinute) / 60),
  };
}

/** What is there is what comes in a minute, and what waits, until the next step. */
function pressingNow(lane: LaneObservation, service: ServiceObservation, perMinute: number, batchSize: number): number {
  const eventsPerSecond = (perMinute + lane.backlog) / 60;
  return Math.ceil(offeredErlangs({ service, eventsPerSecond, batchSize }) / FULLY_USED);
}

/** A cold start is harmless where the objective is many times as long: there, warmth must pay for itself. */
function warmWanted(
  { terms, paused }: LaneObservation,
  service: ServiceObservation,
  forecast: DemandForecast,
  parameters: PlanningParameters,
): number {
  if (paused) return terms.floor;
  // Before a queue forms, a batch holds what there is, which is one: the warm level must carry that.
  const erlangs = demandSlices(forecast).map((each) =>
    offeredErlangs({ service, eventsPerSecond: (parameters.warmMargin * each) / 60, batchSize: 1 }),
  );
  const isSensitive = terms.objectiveSeconds < parameters.coldSensitiveInits * service.initSeconds;
  const levels = levelsBusyAtLeast(
    erlangs,
    isSensitive ? parameters.busyShareAtLeastSensitive : parameters.busyShareAtLeast,
  );
  return Math.max(terms.floor, Math.min(levels, terms.ceiling));
}

/** What the sharing leaves a lane. */
interface Given {
  readonly share: Share | undefined;
  /** Environments beside its share. */
  readonly slack: number;
  /** Warm ones that may be asked for now, of those that are wished for. */
  readonly provisioned: number;
  readonly wished: number;
}

function finish(each: Draft, { share, slack, provisioned, wished }: Given, parameters: PlanningParameters) {
  const { lane, batching, fill, eventsPerSecond, needed } = each;
  const { terms, service } = lane;
  const granted = share?.granted ?? 0;
  const most = mostOf(each, granted, slack, provisioned);
  const maximumConcurrency = clamp(most, terms.leastConcurrency, terms.mostConcurrency);
  const erlangs = service === undefined ? 0 : offeredErlangs({ service, eventsPerSecond, batchSize: fill });
  const plan: LanePlan = {
    lane: terms.lane,
    needed,
    granted,
    borrowed: share?.borrowed ?? 0,
    provisioned,
    maximumConcurrency,
    ...batching,
    form: compose(
      {
        terms,
        current: lane.capacity.form,
        drainSeconds: drainSeconds(lane, batching.batchSize, maximumConcurrency),
        freeEnvironments: maximumConcurrency - Math.ceil(erlangs),
      },
      parameters,
    ),
    utilisation: granted === 0 ? 0 : erlangs / granted,
  };
  return { plan, reasons: reasonsOf(plan, each, wished) };
}

/**
 * How many a lane may run at once, beside that it may always use what is warm. A thrifty lane meets a rise with fuller batches on what it
 * has, as far as they carry it: an environment that is started in a rise makes all the records of its first batch wait for its
 * init, and is idle when the warm ones come. What it has is its cap of now, less the warm ones that the plan gives up. Where that has room
 * for what is there, nothing is started for what may come: before a burst, the demand that is planned for is a multiple of any that comes.
 */
function mostOf(
  { lane, thrifty, neededAtFull, roomyAtFull }: Draft,
  granted: number,
  slack: number,
  provisioned: number,
): number {
  if (!thrifty) return granted + slack;
  const { provisionedAllocated, maximumConcurrency } = lane.capacity;
  const has = maximumConcurrency - Math.max(0, provisionedAllocated - provisioned);
  return Math.min(granted, has >= roomyAtFull ? has : Math.max(has, neededAtFull));
}

function drainSeconds({ backlog, service }: LaneObservation, batchSize: number, environments: number): number {
  if (service === undefined || environments === 0) return 0;
  return (backlog / batchSize / environments) * invocationSeconds(service, batchSize);
}

function reasonsOf(plan: LanePlan, { lane }: Draft, wished: number): (Reason & { readonly lane: string })[] {
  const base = { lane: plan.lane };
  const { needed, granted, borrowed, provisioned } = plan;
  return [
    ...(lane.service === undefined ? [{ ...base, code: 'nothing-measured', args: {} }] : []),
    ...(granted < needed ? [{ ...base, code: 'short', args: { needed, granted } }] : []),
    ...(borrowed > 0 ? [{ ...base, code: 'borrowed', args: { borrowed } }] : []),
    { ...base, code: 'warm', args: { provisioned, needed } },
    ...(provisioned < wished ? [{ ...base, code: 'warm-later', args: { wished, provisioned } }] : []),
  ];
}

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
