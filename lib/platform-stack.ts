/** What every stack of the platform has: its configuration, the names, and ARNs made from names instead of references. */
import { ArnFormat, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration, LaneConfiguration } from '../core/contracts/configuration';
import { unitPools, visibilityTimeoutSeconds } from '../core/contracts/configuration';
import { laneRoute } from '../core/contracts/lane-route';
import { LIVE_ALIAS, type ResourceNames, resourceNames, type StackName } from '../core/contracts/names';
import type { StepOutline, WatchedSaga } from '../core/sagas/outline';
import type { Bundler } from './bundling';
import { type Features, featuresOf } from './features';

/** An EventBridge event pattern. */
export type EventPattern = Readonly<Record<string, unknown>>;

/** Everything a stack is made from: plain data, agreements, which are only passed on, and the bundler. */
export interface Platform {
  readonly configuration: Configuration;
  /** Patterns of each EventBridge source's two rules, by source name; `express` is absent where no rule leads there. */
  readonly intakePatterns: Readonly<
    Record<string, { readonly express?: EventPattern | undefined; readonly standard: EventPattern }>
  >;
  /** Event types that a deployed application reacts to: exact, or a prefix ending in `*`. */
  readonly reactedTypes: readonly string[];
  /** Of the coordinated applications that this environment deploys. */
  readonly sagas: readonly CoordinatedSaga[];
  readonly bundler: Bundler;
}

/** What the stacks must know of a saga. */
export interface CoordinatedSaga extends WatchedSaga {
  readonly pool: string;
  /** Event types that begin it. */
  readonly types: readonly string[];
  readonly steps: readonly (StepOutline & { readonly uses: readonly string[] })[];
  /** As configured, and valid by the saga's own schema. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Path of the state machine's definition from the root. */
  readonly definition: string;
}

export abstract class PlatformStack extends Stack {
  readonly configuration: Configuration;
  readonly names: ResourceNames;
  readonly features: Features;
  readonly bundler: Bundler;

  constructor(
    scope: Construct,
    readonly platform: Platform,
    stage: StackName,
    description: string,
  ) {
    const { configuration } = platform;
    const names = resourceNames(configuration.environment);
    super(scope, names.stack(stage), {
      stackName: names.stack(stage),
      description,
      env: {
        ...(configuration.account === undefined ? {} : { account: configuration.account }),
        ...(configuration.region === undefined ? {} : { region: configuration.region }),
      },
      terminationProtection: configuration.deletionProtection,
    });
    this.configuration = configuration;
    this.names = names;
    this.features = featuresOf(configuration);
    this.bundler = platform.bundler;
    for (const [key, value] of Object.entries(configuration.tags)) Tags.of(this).add(key, value);
  }

  get removalPolicy(): RemovalPolicy {
    return this.configuration.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
  }

  get appStoreBucketName(): string {
    return this.names.appStoreBucket(this.account, this.region);
  }

  get quarantineBucketName(): string {
    return this.names.quarantineBucket(this.account, this.region);
  }

  tableArn(name: string): string {
    return this.formatArn({ service: 'dynamodb', resource: 'table', resourceName: name });
  }

  queueArn(name: string): string {
    return this.formatArn({ service: 'sqs', resource: name });
  }

  bucketArn(name: string): string {
    return this.formatArn({ service: 's3', region: '', account: '', resource: name });
  }

  /** ARN of a saga's state machine, but for the saga's name at its end. */
  get machinePrefix(): string {
    return this.formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: `${this.names.prefix}-`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  executionArns(saga: string): string {
    return this.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${this.names.machine(saga)}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  busArn(): string {
    return this.formatArn({ service: 'events', resource: 'event-bus', resourceName: this.names.bus });
  }

  ruleArn(bus: string | undefined, rule: string): string {
    const resourceName = bus === undefined ? rule : `${bus}/${rule}`;
    return this.formatArn({ service: 'events', resource: 'rule', resourceName });
  }

  functionArn(functionName: string): string {
    return this.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** All event source mappings of the account: they have no names of ours. */
  mappingsArn(): string {
    return this.formatArn({
      service: 'lambda',
      resource: 'event-source-mapping',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  liveArn(functionName: string): string {
    return this.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: `${functionName}:${LIVE_ALIAS}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  lanesOf(pool: string): readonly LaneConfiguration[] {
    return this.configuration.lanes.filter((lane) => lane.pool === pool);
  }

  /** Those whose lanes run units. */
  get pools(): readonly string[] {
    return unitPools(this.configuration);
  }

  laneQueueName(lane: LaneConfiguration): string {
    return this.names.laneQueue(lane.name, lane.ordered);
  }
}

export function laneRoutes({ names, platform }: PlatformStack, lanes: readonly LaneConfiguration[]): string {
  const takes = (lane: LaneConfiguration) =>
    platform.sagas.flatMap((each) => (each.pool === lane.pool ? each.types : []));
  return JSON.stringify(lanes.map((lane) => laneRoute(names, lane, takes(lane))));
}

/** By application: the live function that takes its payments, the double or somebody else's. */
export function paymentFunctions(stack: PlatformStack): Readonly<Record<string, string>> {
  const { configuration, names } = stack;
  const functions = (configuration.coordination?.applications ?? []).flatMap(({ name, provider }) => {
    if (provider === undefined) return [];
    const double = () => stack.liveArn(names.providerDoubleFunction(name));
    return [[name, provider.kind === 'function' ? provider.functionArn : double()] as const];
  });
  return Object.fromEntries(functions);
}

/** Without sagas there is nobody to be asked; then it is as soon as a hand-off is looked after. */
export function sagaAskAfterSeconds({ coordination, reconciler }: Configuration): number {
  return coordination?.askAfterSeconds ?? reconciler.handOffBoundSeconds;
}

/** What the monitor knows of a log stream lies in its memory, so that deliveries come to one of it, one after the other. */
export const MONITOR_CONCURRENCY = 1;

/** Settings of a pool's suspect queue: alone, patient, and with a receive limit of its own. */
export const SUSPECT_RECEIVES = 5;

/** A suspect may come from any lane of its pool, so it gets the longest time and the most memory of them. */
export function suspectLimits(lanes: readonly LaneConfiguration[]): {
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
} {
  return {
    timeoutSeconds: Math.max(...lanes.map((lane) => lane.timeoutSeconds)),
    memoryMegabytes: Math.max(...lanes.map((lane) => lane.memoryMegabytes)),
  };
}

/** How long a message can be on its way in a lane, all receives and then all receives as a suspect: later it is lost for certain. */
export function lanePatienceSeconds(lane: LaneConfiguration, poolLanes: readonly LaneConfiguration[]): number {
  if (lane.runs === 'sagas') return lane.maxReceiveCount * visibilityTimeoutSeconds(lane);
  const suspect = SUSPECT_RECEIVES * 6 * suspectLimits(poolLanes).timeoutSeconds;
  return lane.maxReceiveCount * visibilityTimeoutSeconds(lane) + suspect;
}
