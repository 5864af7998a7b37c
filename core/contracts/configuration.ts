/**
 * One environment's configuration: everything that differs between environments, as values.
 * Unknown keys are refused, since that is how a typo is found; all faults are reported at once.
 */
import * as v from 'valibot';
import { coordinationFaults } from './coordination-faults';
import { type Fault, InvalidValueError } from './errors';
import { ruleSchema } from './rule';
import { CONCURRENCY_PER_POLLER } from './scheduling';

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens, 1-31, a letter first'),
);
const seconds = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer(`a whole number of seconds, ${least}-${most}`),
    v.minValue(least, `at least ${least} s`),
    v.maxValue(most, `at most ${most} s`),
  );
const whole = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer(`a whole number, ${least}-${most}`),
    v.minValue(least, `at least ${least}`),
    v.maxValue(most, `at most ${most}`),
  );

const lane = v.strictObject({
  name,
  /**
   * Set of lanes that share one set of applications, and, where they run units, one suspect queue. A pool runs one or the other; one of
   * sagas has a single lane, which takes the types that its applications' sagas react to, whatever their class and way in.
   */
  pool: name,
  /** What the lane's function does with an event: run its chain of units, or begin its saga and leave it to the state machine. */
  runs: v.picklist(['units', 'sagas']),
  /** Priority class that this lane serves; a pool of units has one standard lane per class, and ordered lanes beside it. */
  priorityClass: name,
  /** Share of capacity where demand exceeds it (ESMRM's w_i). */
  weight: v.pipe(v.number(), v.minValue(0.01, '0.01-100'), v.maxValue(100, '0.01-100')),
  /** Send to outcome, at the 99th percentile. Must lie below the visibility timeout. */
  objectiveSeconds: seconds(1, 3600),
  /** FIFO by ordering key. */
  ordered: v.boolean(),
  /** Records per invocation: 1-10 on the local form of the mapping; 1 where ordered. */
  batchSize: whole(1, 1000),
  batchWindowSeconds: seconds(0, 300),
  /** Records of a batch that a runner works on at the same time. */
  parallelRecords: whole(1, 100),
  /** The runner's time-out. The queue's visibility timeout is six times this at least. */
  timeoutSeconds: seconds(1, 140),
  memoryMegabytes: whole(128, 10240),
  /** The mapping's cap (2-1,000); reserved concurrency is set where `reserved` says so. */
  maximumConcurrency: whole(2, 1000),
  reserved: v.boolean(),
  /**
   * Provisioned pollers that always stand (2-200), each for ten concurrent invocations: the lane then has no ramp to climb, and its cap counts in
   * tens. Left out: a standard mapping.
   */
  leastPollers: v.optional(whole(2, 200)),
  maxReceiveCount: whole(5, 100),
  /** Provisioned environments that the controller never goes below and above. A ceiling of 0 keeps the lane on demand. */
  warmFloor: whole(0, 6000),
  warmCeiling: whole(0, 6000),
  /** Admission's fixed bound: events accepted into the lane and not yet closed. */
  admissionBound: whole(1, 10_000_000),
});

const sourceCommon = {
  name: v.pipe(name, v.notValue('internal', 'any name but internal, which is the way of emitted events')),
  tenant: name,
  /** Whether the `priority` attribute counts when it comes this way. */
  trustedPriority: v.boolean(),
  /** Pool that its events go to. */
  pool: name,
};
const source = v.variant('kind', [
  /** Events put on the bus under this `Source` by this account's producers. */
  v.strictObject({
    kind: v.literal('eventbridge'),
    ...sourceCommon,
    eventBridgeSource: v.pipe(v.string(), v.minLength(1)),
    producerPrincipals: v.array(v.string()),
  }),
  v.strictObject({ kind: v.literal('kinesis'), ...sourceCommon, shards: whole(1, 200) }),
  /** Objects put under `in/<source name>/` of the app store: one CloudEvent as JSON, or many as NDJSON. */
  v.strictObject({ kind: v.literal('s3'), ...sourceCommon }),
]);

const percent = v.pipe(v.number(), v.minValue(0, '0-100'), v.maxValue(100, '0-100'));

/** Where payments are made: by a function of yours, or by the double that is deployed for trying things out. Never the double in `prod`. */
const paymentProvider = v.variant('kind', [
  v.strictObject({
    kind: v.literal('double'),
    /** Uniform between both, before it works on a call. */
    leastLatencyMilliseconds: whole(0, 60_000),
    mostLatencyMilliseconds: whole(0, 60_000),
    /** Of charges and refunds: carried out, and the answer lost. Of all calls: lost before anything is done. */
    lostAnswersPercent: percent,
    lostCallsPercent: percent,
    /** How long a caller waits for what was lost. */
    hangMilliseconds: whole(0, 60_000),
  }),
  v.strictObject({
    kind: v.literal('function'),
    functionArn: v.pipe(v.string(), v.regex(/^arn:aws[a-z-]*:lambda:.+:function:.+/, "a function's ARN")),
  }),
]);

const coordination = v.strictObject({
  /** Sagas that all coordinators of one lane begin in a second, together: below what the account may start (1-1,000). */
  startsPerSecond: whole(1, 1000),
  /** How soon the reconciler asks a saga without an outcome what became of it; one that still runs is asked again later. */
  askAfterSeconds: seconds(1, 86_400),
  /** Of the function of each step. The state machine's own time-outs must be longer. */
  stepTimeoutSeconds: seconds(1, 300),
  stepMemoryMegabytes: whole(128, 10240),
  /** What single applications need besides. One that needs nothing is left out. */
  applications: v.array(
    v.strictObject({
      name,
      provider: v.optional(paymentProvider),
      /** The application's own settings, as its sagas' schema has them. */
      settings: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
    }),
  ),
});

const configuration = v.strictObject({
  environment: name,
  account: v.optional(v.string()),
  region: v.optional(v.string()),
  /** The features that this environment's endpoint cannot take, by name; see docs/local-fidelity.md. Empty for AWS. */
  without: v.array(
    v.picklist(['archive', 'bus-policy', 'composite-alarms', 'delivery-retries', 'log-patterns', 'metric-math']),
  ),
  /** Priority classes, most urgent first, with the ones that take the express intake. */
  classes: v.pipe(v.array(v.strictObject({ name, express: v.boolean() })), v.minLength(1)),
  defaultClass: name,
  lanes: v.pipe(v.array(lane), v.minLength(1)),
  sources: v.pipe(v.array(source), v.minLength(1)),
  /** Tried in order; the first whose conditions all hold gives the class. */
  rules: v.array(ruleSchema),
  /** Folder names under `applications/`, by pool. */
  applications: v.array(v.strictObject({ name, pool: name })),
  /** Null where no lane runs sagas. */
  coordination: v.nullable(coordination),
  ingestion: v.strictObject({
    timeoutSeconds: seconds(1, 140),
    memoryMegabytes: whole(128, 10240),
    expressMaximumConcurrency: whole(2, 1000),
    standardMaximumConcurrency: whole(2, 1000),
    /** Delay of a lane above which the lowest classes are shed, as a share of its objective; null sheds nothing. */
    shedAboveShareOfObjective: v.nullable(
      v.pipe(v.number(), v.minValue(0.01, '0.01-100'), v.maxValue(100, '0.01-100')),
    ),
  }),
  publisher: v.strictObject({
    /** Outcomes of a batch whose writes are applied at the same time. */
    parallelOutcomes: whole(1, 100),
  }),
  reconciler: v.strictObject({
    /** Acceptances that a sweep works on at the same time. */
    parallelAcceptances: whole(1, 100),
    /** How long after acceptance a hand-off that is not marked counts as lost. */
    handOffBoundSeconds: seconds(1, 3600),
    /** How many times the reconciler sends one event before it is DEAD. */
    resendBudget: whole(1, 20),
    /** Between sweeps; below 60 only where something else than EventBridge Scheduler drives it. */
    everySeconds: seconds(1, 3600),
  }),
  scheduling: v.strictObject({
    /** What provisioned environments of all lanes may cost together, in US dollars an hour; null for no ceiling. */
    costCeilingDollarsPerHour: v.nullable(v.pipe(v.number(), v.minValue(0, 'at least 0'))),
  }),
  retention: v.strictObject({
    /** Of the controllers' decisions, each with what it takes to replay it. */
    decisionDays: whole(1, 3650),
    ledgerDays: whole(1, 3650),
    logDays: whole(1, 3653),
    quarantineDays: whole(1, 3650),
    archiveDays: whole(1, 3650),
    queueDays: whole(1, 14),
    streamHours: whole(24, 8760),
  }),
  /** `destroy` also empties nothing by itself: the command line's `down` does. */
  removal: v.picklist(['retain', 'destroy']),
  deletionProtection: v.boolean(),
  pointInTimeRecovery: v.boolean(),
  /** The account's concurrent executions; the sum of reserved ones must leave 100. */
  accountConcurrency: whole(100, 1_000_000),
  alarmEmails: v.array(v.pipe(v.string(), v.email())),
  tags: v.record(v.string(), v.string()),
});

export type Configuration = v.InferOutput<typeof configuration>;
export type LaneConfiguration = Configuration['lanes'][number];
export type CoordinationConfiguration = NonNullable<Configuration['coordination']>;
export type SourceConfiguration = Configuration['sources'][number];
export type { ClassificationRule, Matcher } from './rule';

/** Pools whose lanes run units: each of them has suspects. */
export function unitPools({ lanes }: Pick<Configuration, 'lanes'>): readonly string[] {
  return [...new Set(lanes.filter((each) => each.runs === 'units').map((each) => each.pool))];
}

/** Visibility timeout of a lane's queue: AWS asks for six times the function's time-out, plus the batch window. */
export function visibilityTimeoutSeconds(
  lane: Pick<LaneConfiguration, 'timeoutSeconds' | 'batchWindowSeconds'>,
): number {
  return 6 * lane.timeoutSeconds + lane.batchWindowSeconds;
}

/** Throws an `InvalidValueError` that lists every fault: those of shape and, where the shape holds, those between fields. */
export function parseConfiguration(value: unknown): Configuration {
  const parsed = v.safeParse(configuration, value);
  if (!parsed.success) throw new InvalidValueError('configuration', parsed.issues.map(toFault));
  const faults = crossFaults(parsed.output);
  if (faults.length > 0) throw new InvalidValueError('configuration', faults);
  return parsed.output;
}

function toFault(issue: v.BaseIssue<unknown>): Fault {
  const allowed = issue.type === 'strict_object' && issue.expected === 'never' ? 'no such key' : issue.message;
  return { path: v.getDotPath(issue) ?? '(root)', value: issue.input, allowed };
}

function crossFaults(config: Configuration): Fault[] {
  const classes = config.classes.map((each) => each.name);
  const pools = [...new Set(config.lanes.map((each) => each.pool))];
  const ofUnits = unitPools(config);
  const oneOf = (path: string, value: string, allowed: readonly string[]): Fault[] =>
    allowed.includes(value) ? [] : [{ path, value, allowed: `one of ${allowed.join(', ')}` }];
  const unique = (path: string, names: readonly string[]): Fault[] =>
    names.flatMap((each, index) =>
      names.indexOf(each) === index
        ? []
        : [{ path: `${path}.${index}.name`, value: each, allowed: 'a name not used before' }],
    );
  return [
    ...unique('classes', classes),
    ...unique(
      'lanes',
      config.lanes.map((each) => each.name),
    ),
    ...unique(
      'sources',
      config.sources.map((each) => each.name),
    ),
    ...unique(
      'rules',
      config.rules.map((each) => each.name),
    ),
    ...oneOf('defaultClass', config.defaultClass, classes),
    ...config.rules.flatMap((each, index) => oneOf(`rules.${index}.priorityClass`, each.priorityClass, classes)),
    ...config.sources.flatMap((each, index) => oneOf(`sources.${index}.pool`, each.pool, ofUnits)),
    ...config.applications.flatMap((each, index) => oneOf(`applications.${index}.pool`, each.pool, pools)),
    ...config.lanes.flatMap((each, index) => laneFaults(each, `lanes.${index}`, classes)),
    ...ofUnits.flatMap((pool) => missingLanes(config, pool, classes)),
    ...coordinationFaults(config),
    ...concurrencyFaults(config),
  ];
}

function laneFaults(each: LaneConfiguration, path: string, classes: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  if (!classes.includes(each.priorityClass))
    faults.push({ path: `${path}.priorityClass`, value: each.priorityClass, allowed: `one of ${classes.join(', ')}` });
  if (each.ordered && each.batchSize !== 1)
    faults.push({ path: `${path}.batchSize`, value: each.batchSize, allowed: '1 for an ordered lane' });
  if (each.batchSize > 10 && each.batchWindowSeconds < 1)
    faults.push({
      path: `${path}.batchWindowSeconds`,
      value: each.batchWindowSeconds,
      allowed: 'at least 1 where batchSize is above 10',
    });
  if (each.warmFloor > each.warmCeiling)
    faults.push({
      path: `${path}.warmFloor`,
      value: each.warmFloor,
      allowed: `at most warmCeiling, ${each.warmCeiling}`,
    });
  faults.push(...pollerFaults(each, path));
  const visibility = visibilityTimeoutSeconds(each);
  if (each.objectiveSeconds >= visibility)
    faults.push({
      path: `${path}.objectiveSeconds`,
      value: each.objectiveSeconds,
      allowed: `below the visibility timeout, ${visibility} s`,
    });
  return faults;
}

/** A mapping with provisioned pollers has no cap of its own but their number. */
function pollerFaults({ leastPollers, maximumConcurrency }: LaneConfiguration, path: string): Fault[] {
  if (leastPollers === undefined) return [];
  const least = leastPollers * CONCURRENCY_PER_POLLER;
  return maximumConcurrency % CONCURRENCY_PER_POLLER === 0 && maximumConcurrency >= least
    ? []
    : [
        {
          path: `${path}.maximumConcurrency`,
          value: maximumConcurrency,
          allowed: `a multiple of ${CONCURRENCY_PER_POLLER} from ${least} on, where leastPollers is ${leastPollers}`,
        },
      ];
}

/** Every class must have a standard lane in every pool of units, else an event could be classified and have nowhere to go. */
function missingLanes(config: Configuration, pool: string, classes: readonly string[]): Fault[] {
  return classes.flatMap((priorityClass) => {
    const count = config.lanes.filter(
      (each) => each.pool === pool && each.priorityClass === priorityClass && !each.ordered,
    ).length;
    return count === 1
      ? []
      : [
          {
            path: 'lanes',
            value: `${count} standard lanes for class ${priorityClass} in pool ${pool}`,
            allowed: 'exactly one',
          },
        ];
  });
}

function concurrencyFaults(config: Configuration): Fault[] {
  const reserved = config.lanes.filter((each) => each.reserved).reduce((sum, each) => sum + each.maximumConcurrency, 0);
  const ingest = config.ingestion.expressMaximumConcurrency + config.ingestion.standardMaximumConcurrency;
  const most = config.accountConcurrency - 100;
  return reserved + ingest <= most
    ? []
    : [
        {
          path: 'lanes',
          value: `${reserved + ingest} reserved concurrent executions`,
          allowed: `at most ${most}: accountConcurrency less 100`,
        },
      ];
}
