/**
 * Alarms of the lanes' controllers and of what a lane does when it is short. A lane keeps the capacity that it has while its controller
 * does not work; these tell that it should not for long.
 */
import type { PlatformStack } from '../platform-stack';
import type { AlarmFactory } from './alarms';
import { depth, type FunctionTarget, functionMetric, ownMetric, percent } from './metrics';

/**
 * Of a lane's invocations that found no warm environment free, over most of a quarter of an hour. Some is by design, since only levels
 * that are busy often enough are kept warm, and a change takes AWS some minutes.
 */
const SPILL_PERCENT = 50;

export interface WatchedLane {
  readonly name: string;
  readonly runner: FunctionTarget;
}

export function addSchedulingAlarms(stack: PlatformStack, alarms: AlarmFactory, lanes: readonly WatchedLane[]): void {
  const { environment } = stack.configuration;
  alarms.add({
    name: 'controller-dead-letters',
    metric: depth(stack.names.controllerDeadLetterQueue),
    threshold: 1,
    summary: "Steps of lanes' controllers failed or were never run.",
    runbook: 'controller-not-deciding',
  });
  alarms.add({
    name: 'shedding',
    metric: ownMetric({ environment, stage: 'ingestion' }, 'shed'),
    threshold: 1,
    summary: 'Ingestion gives up events of the lowest classes, or such as cannot meet their deadline.',
    runbook: 'shedding',
  });
  for (const { name: lane, runner } of lanes) {
    const figure = (metric: string) => ownMetric({ environment, stage: 'scheduling', lane }, metric);
    alarms.add({
      name: `holding-${lane}`,
      metric: figure('held'),
      threshold: 1,
      periods: 10,
      summary: `The controller of lane ${lane} has seen nothing fresh for ten minutes and holds its last plan.`,
      runbook: 'controller-not-deciding',
    });
    alarms.add({
      name: `refused-changes-${lane}`,
      metric: figure('failedChanges'),
      threshold: 1,
      periods: 5,
      datapoints: 3,
      summary: `AWS refuses the changes that the controller of lane ${lane} asks for.`,
      runbook: 'lane-short-of-capacity',
    });
    // A plain count would ring in each busy minute: that some invocations spill over is what the warm levels are chosen for.
    if (stack.features.has('metric-math')) addSpilling(alarms, lane, runner);
  }
}

function addSpilling(alarms: AlarmFactory, lane: string, runner: FunctionTarget): void {
  const spilled = functionMetric(runner, 'ProvisionedConcurrencySpilloverInvocations');
  const warm = functionMetric(runner, 'ProvisionedConcurrencyInvocations');
  alarms.add({
    name: `spilling-${lane}`,
    metric: percent(`${lane} beyond warm environments, %`, spilled, [spilled, warm]),
    threshold: SPILL_PERCENT,
    periods: 15,
    datapoints: 12,
    summary: `Most invocations of lane ${lane} find no warm environment free.`,
    runbook: 'lane-short-of-capacity',
  });
}
