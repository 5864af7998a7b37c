/**
 * One step of one lane's controller. It reads every lane's load, plans for all, and acts on its own lane only. Whatever goes wrong, the
 * lane keeps the capacity that it has: a step that cannot see holds the last plan, and a step that lost its lease does nothing.
 */
import { createHash } from 'node:crypto';
import type {
  AccountObservation,
  DecisionRecord,
  DemandForecast,
  LaneObservation,
  LaneTerms,
  Reason,
  ScalingAction,
} from '../../../core/contracts/scheduling';
import { type ForecastState, forecastDemand } from '../../../core/policies/forecast';
import { DEFAULT_SCHEDULING, type SchedulingParameters } from '../../../core/policies/scheduling/parameters';
import { FIRST_STATE, type Scheduled, type ScheduleState, schedule } from '../../../core/policies/scheduling/schedule';
import { serviceFrom } from '../../../core/policies/scheduling/service';
import type { Capacity, Control, Controllers, LaneLoad, Loads, Log } from '../../../core/ports';

export interface ControllerPorts {
  readonly loads: Loads;
  readonly capacity: Capacity;
  readonly control: Control;
  readonly controllers: Controllers;
  readonly log: Log;
}

export interface ControllerSettings {
  /** The lane that this controller acts on. */
  readonly lane: string;
  /** All lanes that share the account, its own among them. */
  readonly lanes: readonly LaneTerms[];
  readonly parameters: SchedulingParameters;
  readonly parametersHash: string;
  /** How long a step may take; nobody else may act before then. */
  readonly leaseMs: number;
}

/** What a controller keeps between steps: plain data. */
export interface ControllerState {
  readonly schedule: ScheduleState;
  /** By lane. */
  readonly forecasts: Readonly<Record<string, ForecastState>>;
}

/** What the policies were given: with the state before, enough to decide again. */
export interface StepInputs {
  readonly lanes: readonly LaneObservation[];
  readonly account: AccountObservation;
  readonly nowMs: number;
}

export type StepDecision = DecisionRecord<ControllerState, StepInputs>;
export type StepResult =
  | { readonly status: 'off' | 'held-by-another' | 'lease-lost' }
  | { readonly status: 'decided'; readonly decision: StepDecision };

/** The parameters in use, with what an environment says itself. `null`: no ceiling on cost. */
export function parametersFor(costCeilingDollarsPerHour: number | null): SchedulingParameters {
  return { ...DEFAULT_SCHEDULING, planning: { ...DEFAULT_SCHEDULING.planning, costCeilingDollarsPerHour } };
}

/** A decision can be replayed by whoever has the same. */
export function parametersHash(parameters: SchedulingParameters): string {
  return createHash('sha256').update(JSON.stringify(parameters)).digest('hex').slice(0, 12);
}

const NOTHING_KNOWN: ControllerState = { schedule: FIRST_STATE, forecasts: {} };
/** Before the first step, the forecast learns from this much of the past, where the provider kept it. */
const MINUTES_OF_PAST = 180;

export async function step(
  ports: ControllerPorts,
  settings: ControllerSettings,
  { now }: { readonly now: () => number },
): Promise<StepResult> {
  const mode = await ports.controllers.mode(settings.lane);
  if (mode === 'off') return { status: 'off' };
  const startedMs = now();
  const lease = await ports.controllers.acquire(settings.lane, startedMs, startedMs + settings.leaseMs);
  if (lease === undefined) return { status: 'held-by-another' };
  const before = readState(lease.state, ports.log);
  const inputs = await observe(ports, settings, before, startedMs);
  const { decision, state } =
    'unseen' in inputs ? hold(settings, before, inputs.unseen, startedMs) : decide(settings, before, inputs);
  if (!(await ports.controllers.begin(lease.token, decision))) return { status: 'lease-lost' };
  const outcome =
    mode === 'dry-run' ? decision.actions.map(notDone) : await actAll(ports, settings, decision.actions, now);
  const done = { ...decision, outcome };
  // A change that was refused is wanted again by the next step, since that one reads what there is.
  if (!(await ports.controllers.finish(lease.token, done, packState(state)))) return { status: 'lease-lost' };
  return { status: 'decided', decision: done };
}

/** Pure: the same state and inputs decide the same. It is what a replay calls. */
export function decide(
  { lane, parameters, parametersHash }: Pick<ControllerSettings, 'lane' | 'parameters' | 'parametersHash'>,
  before: ControllerState,
  inputs: StepInputs,
): { readonly decision: StepDecision; readonly state: ControllerState } {
  const forecasts = inputs.lanes.map((each) => ({
    lane: each.terms.lane,
    ...forecastDemand(
      before.forecasts[each.terms.lane],
      {
        lane: each.terms.lane,
        arrivals: each.arrivals,
        nowMinute: Math.floor(inputs.nowMs / 60_000),
        planLevel: parameters.planning.planLevel,
        ...parameters.window,
      },
      parameters.forecast,
    ),
  }));
  const scheduled = schedule(
    before.schedule,
    {
      lane,
      lanes: inputs.lanes,
      forecasts: forecasts.map(({ forecast }) => forecast),
      account: inputs.account,
      parameters: parameters.planning,
    },
    { nowMs: inputs.nowMs },
  );
  const own = forecasts.find((each) => each.lane === lane)?.reasons ?? [];
  return {
    decision: recordOf(
      { lane, parametersHash },
      before,
      inputs,
      scheduled,
      forecasts.map(({ forecast }) => forecast),
      own,
    ),
    state: {
      schedule: scheduled.state,
      forecasts: Object.fromEntries(
        forecasts.flatMap((each) => (each.state === undefined ? [] : [[each.lane, each.state]])),
      ),
    },
  };
}

function recordOf(
  { lane, parametersHash }: Pick<ControllerSettings, 'lane' | 'parametersHash'>,
  stateBefore: ControllerState,
  inputs: StepInputs,
  { decision, reasons }: Scheduled,
  forecast: readonly DemandForecast[],
  forecastReasons: readonly Reason[],
): StepDecision {
  return {
    lane,
    atMs: inputs.nowMs,
    parametersHash,
    inputs,
    stateBefore,
    forecast,
    plan: decision.plan,
    actions: decision.actions,
    reasons: [...forecastReasons, ...reasons],
    outcome: [],
  };
}

/** Nothing could be read: the last plan stands, the state too, and the record says why. */
function hold(settings: ControllerSettings, before: ControllerState, unseen: string, nowMs: number) {
  const inputs: StepInputs = { lanes: [], account: { concurrencyLimit: 0, reservedElsewhere: 0 }, nowMs };
  const reason: Reason = { code: 'inputs-unavailable', args: { error: unseen } };
  const held = { decision: { plan: before.schedule.lastPlan, actions: [] }, reasons: [reason], state: before.schedule };
  return { decision: recordOf(settings, before, inputs, held, [], []), state: before };
}

async function observe(
  { loads, capacity, control, log }: ControllerPorts,
  { lanes }: ControllerSettings,
  before: ControllerState,
  nowMs: number,
): Promise<StepInputs | { readonly unseen: string }> {
  const nowMinute = Math.floor(nowMs / 60_000);
  const wanted = lanes.map(({ lane }) => ({
    lane,
    fromMinute: Math.max((before.forecasts[lane]?.lastMinute ?? 0) + 1, nowMinute - MINUTES_OF_PAST),
  }));
  try {
    const [load, account, capacities] = await Promise.all([
      loads.read(wanted, nowMs),
      capacity.account(),
      Promise.all(
        lanes.map(async ({ lane }) => ({ capacity: await capacity.read(lane), control: await control.lane(lane) })),
      ),
    ]);
    const observed = lanes.map((terms, index) => observation(terms, load.get(terms.lane), capacities[index]));
    return { lanes: observed, account, nowMs };
  } catch (error) {
    log.warn('the controller could not look', { error });
    return { unseen: nameOf(error) };
  }
}

function observation(
  terms: LaneTerms,
  load: LaneLoad | undefined,
  own:
    | {
        readonly capacity: Omit<LaneObservation['capacity'], 'form'>;
        readonly control: { readonly paused: boolean; readonly form: 'fused' | 'split' };
      }
    | undefined,
): LaneObservation {
  if (load === undefined || own === undefined) throw new RangeError(`nothing was read of lane ${terms.lane}`);
  return {
    terms,
    arrivals: load.arrivals,
    service: serviceFrom(load.invocations),
    backlog: load.backlog,
    oldestAgeSeconds: load.oldestAgeSeconds,
    capacity: { ...own.capacity, form: own.control.form },
    paused: own.control.paused,
    observedAtMs: load.observedAtMs,
  };
}

/** One after the other: an error ends nothing but its own change, and is kept with the decision. */
async function actAll(
  ports: ControllerPorts,
  { lane }: ControllerSettings,
  actions: readonly ScalingAction[],
  now: () => number,
): Promise<StepDecision['outcome']> {
  const outcome: { readonly action: ScalingAction['kind']; readonly result: string }[] = [];
  for (const action of actions) {
    try {
      const isDone = (await act(ports, lane, action, now())) !== false;
      outcome.push({ action: action.kind, result: isDone ? 'done' : 'held' });
    } catch (error) {
      ports.log.error('a scaling action failed', { lane, action: action.kind, error });
      outcome.push({ action: action.kind, result: nameOf(error) });
    }
  }
  return outcome;
}

/** `false`: somebody holds it as it is. */
function act(
  { capacity, control }: ControllerPorts,
  lane: string,
  action: ScalingAction,
  nowMs: number,
): Promise<unknown> {
  switch (action.kind) {
    case 'provision':
      return capacity.provision(lane, action.environments);
    case 'release':
      return capacity.release(lane);
    case 'mapping':
      return capacity.updateMapping(lane, action);
    case 'form':
      return control.putForm(lane, action.form, nowMs);
  }
}

const notDone = ({ kind }: ScalingAction) => ({ action: kind, result: 'dry-run' });
const nameOf = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** Six digits are more than any forecast is worth, and a third of the bytes. Replays begin from what is stored, so they agree. */
function packState(state: ControllerState): string {
  return JSON.stringify(state, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value,
  );
}

/** A state that cannot be read is as good as none: the forecast learns anew, and no plan is held. */
function readState(text: string | undefined, log: Log): ControllerState {
  if (text === undefined) return NOTHING_KNOWN;
  try {
    const state = JSON.parse(text) as Partial<ControllerState>;
    if (Array.isArray(state.schedule?.hysteresis?.lower) && state.forecasts !== undefined)
      return state as ControllerState;
  } catch {
    // Told below, like every other text that is no state.
  }
  log.warn("the controller's state was not readable, it starts anew", { bytes: text.length });
  return NOTHING_KNOWN;
}
