/** Lanes' capacity by Lambda's API: provisioned concurrency of `live`, and the event source mapping on the lane's queue. */
import {
  DeleteProvisionedConcurrencyConfigCommand,
  type EventSourceMappingConfiguration,
  GetAliasCommand,
  GetEventSourceMappingCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  PutProvisionedConcurrencyConfigCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  type AccountObservation,
  CONCURRENCY_PER_POLLER,
  type ProvisionedStatus,
} from '../../core/contracts/scheduling';
import type { Capacity } from '../../core/ports';

interface ControlledLane {
  readonly runner: string;
  readonly mappingId: string;
  /** Of a mapping with provisioned pollers. */
  readonly leastPollers?: number | undefined;
}

export interface CapacityOptions {
  readonly lambda: LambdaClient;
  readonly alias: string;
  readonly lanes: Readonly<Record<string, ControlledLane>>;
  /** Known by configuration: what other functions use of an account at a moment, no API tells. */
  readonly account: AccountObservation;
}

const STATUS: Readonly<Record<string, ProvisionedStatus>> = {
  IN_PROGRESS: 'in-progress',
  READY: 'ready',
  FAILED: 'failed',
};
const NO_CONFIG = 'ProvisionedConcurrencyConfigNotFoundException';
/** What a mapping has where nothing is set: Lambda's own bound for a standard queue. */
const MOST_POLLED = 1_000;

export function createCapacity({ lambda, alias, lanes, account }: CapacityOptions): Capacity {
  const of = (lane: string) => {
    const known = lanes[lane];
    if (known === undefined) throw new RangeError(`no runner is known for lane ${lane}`);
    return known;
  };
  const target = (lane: string) => ({ FunctionName: of(lane).runner, Qualifier: alias });
  const provisioned = async (lane: string) => {
    try {
      const config = await lambda.send(new GetProvisionedConcurrencyConfigCommand(target(lane)));
      return {
        provisionedRequested: config.RequestedProvisionedConcurrentExecutions ?? 0,
        provisionedAllocated: config.AllocatedProvisionedConcurrentExecutions ?? 0,
        provisionedStatus: STATUS[config.Status ?? ''] ?? 'failed',
      };
    } catch (error) {
      if (!(error instanceof Error) || error.name !== NO_CONFIG) throw error;
      return { provisionedRequested: 0, provisionedAllocated: 0, provisionedStatus: 'none' as const };
    }
  };
  return {
    read: async (lane) => {
      const { runner, mappingId } = of(lane);
      const [config, { RoutingConfig }, mapping] = await Promise.all([
        provisioned(lane),
        lambda.send(new GetAliasCommand({ FunctionName: runner, Name: alias })),
        lambda.send(new GetEventSourceMappingCommand({ UUID: mappingId })),
      ]);
      return {
        ...config,
        maximumConcurrency: capOf(mapping) ?? MOST_POLLED,
        batchSize: mapping.BatchSize ?? 10,
        batchWindowSeconds: mapping.MaximumBatchingWindowInSeconds ?? 0,
        deploying: Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0,
      };
    },
    account: async () => account,
    provision: async (lane, environments) => {
      await lambda.send(
        new PutProvisionedConcurrencyConfigCommand({
          ...target(lane),
          ProvisionedConcurrentExecutions: environments,
        }),
      );
    },
    release: async (lane) => {
      try {
        await lambda.send(new DeleteProvisionedConcurrencyConfigCommand(target(lane)));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== NO_CONFIG) throw error;
      }
    },
    updateMapping: async (lane, { maximumConcurrency, batchSize, batchWindowSeconds }) => {
      const { mappingId, leastPollers } = of(lane);
      await lambda.send(
        new UpdateEventSourceMappingCommand({
          UUID: mappingId,
          BatchSize: batchSize,
          MaximumBatchingWindowInSeconds: batchWindowSeconds,
          ...cap(maximumConcurrency, leastPollers),
        }),
      );
    },
  };
}

/** Lambda takes one or the other. */
const cap = (maximumConcurrency: number, leastPollers: number | undefined) =>
  leastPollers === undefined
    ? { ScalingConfig: { MaximumConcurrency: maximumConcurrency } }
    : {
        ProvisionedPollerConfig: {
          MinimumPollers: leastPollers,
          MaximumPollers: Math.ceil(maximumConcurrency / CONCURRENCY_PER_POLLER),
        },
      };

/** Concurrent invocations that a mapping allows itself; `undefined` where nothing is set. */
export function capOf({
  ScalingConfig,
  ProvisionedPollerConfig,
}: Pick<EventSourceMappingConfiguration, 'ScalingConfig' | 'ProvisionedPollerConfig'>): number | undefined {
  const { MaximumPollers } = ProvisionedPollerConfig ?? {};
  return MaximumPollers === undefined ? ScalingConfig?.MaximumConcurrency : MaximumPollers * CONCURRENCY_PER_POLLER;
}
