/**
 * The forecaster that lanes use: all models side by side and a regression on top of them, each with its own errors, averaged by how
 * well they have lately done, and lifted while a burst is under way.
 */
import type { MinuteCount } from '../../contracts/scheduling';
import { averageQuantiles, expertWeights, FIRST_LOSS, JUDGED_LEVELS, updateLoss } from './aggregation';
import { autoregression } from './autoregression';
import { type BurstState, isBurst, liftQuantiles, startBurst, updateBurst } from './burst';
import { dampedHolt } from './damped-holt';
import { type ErrorState, errorSize, quantilesAbout, startErrors, updateErrors } from './errors';
import { ewma } from './ewma';
import { pointForecast } from './forecaster';
import { holtWinters } from './holt-winters';
import { lastValue } from './last-value';
import { type LeastSquaresState, startLeastSquares, updateLeastSquares } from './least-squares';
import type { ForecastParameters } from './parameters';
import { compact, fromScale, toScale } from './scale';
import { seasonal } from './seasonal';
import { firstStackWeights, REMEMBERED_MINUTES, type StackInputs, stackInputs, stackPoint } from './stacking';
import { issueTarget, NO_TARGETS, observeTarget, type TargetState } from './targets';
import type { DemandModel, Forecaster, ForecastWindow } from './types';
import { unrestOf } from './unrest';

/** What each expert said when a forecast was issued: the members in order, then the regression. */
interface Issued extends StackInputs {
  readonly points: readonly number[];
  readonly sizes: readonly number[];
  /** By expert, at `JUDGED_LEVELS`. */
  readonly quantiles: readonly (readonly number[])[];
}

export interface EnsembleState {
  /** By member; each goes only to the model that made it. */
  readonly models: readonly unknown[];
  /** The last hour's values, newest last. */
  readonly recent: readonly number[];
  readonly burst: BurstState;
  readonly stack: LeastSquaresState;
  /** By expert. */
  readonly errors: readonly ErrorState[];
  readonly losses: readonly number[];
  readonly targets: TargetState<Issued>;
}

export interface Ensemble extends Forecaster<EnsembleState> {
  /** Names of the experts, in the order of `weights`. */
  readonly experts: readonly string[];
  readonly weights: (state: EnsembleState) => number[];
  readonly isBurst: (state: EnsembleState) => boolean;
}

function membersOf(parameters: ForecastParameters): readonly DemandModel<unknown>[] {
  const untyped = <State>(model: DemandModel<State>) => model as DemandModel<unknown>;
  return [
    untyped(lastValue),
    untyped(ewma(parameters.ewma)),
    untyped(dampedHolt(parameters.dampedHolt)),
    untyped(autoregression(parameters.autoregression)),
    untyped(seasonal(parameters.day)),
    untyped(seasonal(parameters.hour)),
    untyped(holtWinters(parameters.holtWinters)),
  ];
}

/** `window`: the one whose errors are followed; quantiles are meant for it. */
export function createEnsemble(parameters: ForecastParameters, window: ForecastWindow): Ensemble {
  const members = membersOf(parameters);

  function start(minute: number, value: number): EnsembleState {
    return {
      models: members.map((member) => member.start(minute, value)),
      recent: [],
      burst: startBurst(value),
      stack: startLeastSquares(firstStackWeights(members.length), parameters.stacking),
      errors: [...members.map(startErrors), startErrors()],
      losses: [...members.map(() => FIRST_LOSS), FIRST_LOSS],
      targets: NO_TARGETS,
    };
  }

  /** What the experts say about a window, and what the regression was told. */
  function consult(state: EnsembleState, nowMinute: number, asked: ForecastWindow) {
    const points = members.map((member, index) => pointForecast(member, state.models[index], nowMinute, asked));
    const stacked = stackInputs(points, state.recent);
    const unrest = parameters.unrestShare * unrestOf(state.recent);
    return { ...stacked, unrest, points: [...points, stackPoint(state.stack, stacked)] };
  }

  function learn(state: EnsembleState, issued: Issued, target: number): EnsembleState {
    return {
      ...state,
      stack: updateLeastSquares(state.stack, issued.inputs, target - issued.base, parameters.stacking),
      errors: state.errors.map((each, expert) =>
        updateErrors(
          each,
          { error: target - (issued.points[expert] ?? 0), size: issued.sizes[expert] ?? 1 },
          parameters.errors,
        ),
      ),
      losses: state.losses.map((loss, expert) =>
        updateLoss(loss, issued.quantiles[expert] ?? [], target, parameters.aggregation.lossAlpha),
      ),
    };
  }

  function issue(state: EnsembleState, nowMinute: number): EnsembleState {
    const { points, base, inputs, unrest } = consult(state, nowMinute, window);
    const issued: Issued = {
      base: compact(base),
      inputs: inputs.map(compact),
      points: points.map(compact),
      sizes: points.map((point, expert) => errorSize(state.errors[expert] ?? startErrors(), point, unrest)),
      quantiles: points.map((point, expert) =>
        quantilesAbout(point, state.errors[expert] ?? startErrors(), JUDGED_LEVELS, unrest).map(compact),
      ),
    };
    return { ...state, targets: issueTarget(state.targets, nowMinute, issued) };
  }

  const weights = ({ losses }: EnsembleState) => expertWeights(losses, parameters.aggregation.learningRate);

  return {
    name: 'ensemble',
    experts: [...members.map(({ name }) => name), 'stack'],
    weights,
    isBurst: ({ burst }) => isBurst(burst, parameters.burst),
    update: (before, { minute, count }: MinuteCount) => {
      const value = toScale(count);
      const state = before ?? start(minute, value);
      const { state: targets, due } = observeTarget(state.targets, minute, value, window);
      const learnt = due === undefined ? state : learn(state, due.issued, due.target);
      const seen: EnsembleState = {
        ...learnt,
        targets,
        models:
          before === undefined
            ? state.models
            : members.map((member, index) => member.update(before.models[index], minute, value)),
        recent: [...state.recent.slice(1 - REMEMBERED_MINUTES), value],
        burst: updateBurst(state.burst, value, parameters.burst),
      };
      return issue(seen, minute + 1);
    },
    predict: (state, { nowMinute, levels, ...asked }) => {
      if (state === undefined) return levels.map(() => 0);
      const { points, unrest } = consult(state, nowMinute, asked);
      const byExpert = points.map((point, expert) =>
        quantilesAbout(point, state.errors[expert] ?? startErrors(), levels, unrest),
      );
      const averaged = averageQuantiles(byExpert, weights(state));
      const lifted = isBurst(state.burst, parameters.burst) ? liftQuantiles(averaged, levels, state.recent) : averaged;
      return lifted.map(fromScale);
    },
  };
}
