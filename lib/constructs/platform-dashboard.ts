/** The environment's one dashboard. */
import { Dashboard, GraphWidget, type IMetric, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { PlatformStack } from '../platform-stack';
import { depth, type FunctionTarget, functionMetric, oldestAge, ownMetric } from './metrics';

interface NamedQueue {
  readonly name: string;
  readonly queue: string;
}

export interface Shown {
  readonly lanes: readonly (NamedQueue & { readonly runner: FunctionTarget })[];
  readonly intakes: readonly NamedQueue[];
  readonly failureQueues: readonly NamedQueue[];
  readonly functions: readonly FunctionTarget[];
  /** Those of them that work on events. */
  readonly workers: readonly FunctionTarget[];
  readonly iteratorAges: readonly Metric[];
}

export function addDashboard(stack: PlatformStack, shown: Shown): void {
  const { lanes, intakes, failureQueues, functions, workers, iteratorAges } = shown;
  const of = (lane: string) => ({ environment: stack.configuration.environment, stage: 'ingestion', lane });
  const graph = (title: string, left: readonly IMetric[]) =>
    new GraphWidget({ title, left: [...left], width: 12, height: 6 });
  const perFunction = (targets: readonly FunctionTarget[], metric: string, statistic?: string) =>
    targets.map((target) => functionMetric(target, metric, statistic));
  new Dashboard(stack, 'Dashboard', { dashboardName: stack.names.prefix }).addWidgets(
    graph(
      'Accepted per lane, a minute',
      lanes.map(({ name }) => ownMetric(of(name), 'accepted', name)),
    ),
    graph(
      'Waiting per lane',
      lanes.map(({ name, queue }) => depth(queue, name)),
    ),
    graph(
      'Oldest message per lane, s',
      lanes.map(({ name, queue }) => oldestAge(queue, name)),
    ),
    graph(
      'Shed per lane, a minute',
      lanes.map(({ name }) => ownMetric(of(name), 'shed', name)),
    ),
    graph(
      'Warm environments in use, share of those provisioned',
      lanes.map(({ name, runner }) =>
        functionMetric(runner, 'ProvisionedConcurrencyUtilization', Stats.MAXIMUM).with({ label: name }),
      ),
    ),
    graph(
      'Invocations beyond warm environments, a minute',
      lanes.map(({ name, runner }) =>
        functionMetric(runner, 'ProvisionedConcurrencySpilloverInvocations').with({ label: name }),
      ),
    ),
    graph(
      'Intake: waiting',
      intakes.map(({ name, queue }) => depth(queue, name)),
    ),
    graph(
      'Failure queues',
      failureQueues.map(({ name, queue }) => depth(queue, name)),
    ),
    graph('Errors', perFunction(functions, 'Errors')),
    graph('Concurrent executions', perFunction(workers, 'ConcurrentExecutions', Stats.MAXIMUM)),
    graph('Duration p99, ms', perFunction(workers, 'Duration', Stats.p(99))),
    graph('Behind the stream, ms', iteratorAges),
  );
}
