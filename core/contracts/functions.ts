/** Environment variables of every function: one schema, which the construct that sets them and the function that reads them share. */
import * as v from 'valibot';
import { ruleSchema } from './rule';

const text = v.pipe(v.string(), v.minLength(1));
const json = <S extends v.GenericSchema>(schema: S) => v.pipe(v.string(), v.parseJson(), schema);
const laneRoute = v.strictObject({
  name: text,
  pool: text,
  priorityClass: text,
  ordered: v.boolean(),
  admissionBound: v.number(),
  /** ESMRM's w_i, and what delay counts as too long: for the decision to shed. */
  weight: v.number(),
  objectiveSeconds: v.number(),
  queueUrlName: text,
  /** Of a lane that runs sagas: the event types that it takes, whatever their class and way in. */
  takes: v.optional(v.array(text)),
});

/** `LANES`: what a function must know of each lane to send to it. `queueUrlName` is the queue's name; its URL is looked up once. */
export const LANES_SCHEMA = json(v.array(laneRoute));
export type LaneRoute = v.InferOutput<typeof laneRoute>;

/** `CLASSIFICATION`: what ingestion must know of the configuration. More keys do no harm, fewer do. */
export const CLASSIFICATION_SCHEMA = json(
  v.object({
    classes: v.array(v.object({ name: text, express: v.boolean() })),
    defaultClass: text,
    rules: v.array(ruleSchema),
    sources: v.array(
      v.object({
        kind: v.picklist(['eventbridge', 'kinesis', 's3']),
        name: text,
        tenant: text,
        trustedPriority: v.boolean(),
        pool: text,
      }),
    ),
  }),
);
export type Classification = v.InferOutput<typeof CLASSIFICATION_SCHEMA>;

const laneTerms = v.strictObject({
  lane: text,
  weight: v.number(),
  objectiveSeconds: v.number(),
  ordered: v.boolean(),
  floor: v.number(),
  ceiling: v.number(),
  leastConcurrency: v.number(),
  mostConcurrency: v.number(),
  mostBatchSize: v.number(),
  memoryMegabytes: v.number(),
});

/** ARN of the function that takes payments, by application: the books that are compared with what became of its events. */
const PAYMENT_FUNCTIONS = json(v.record(text, text));

const ledger = { ACCEPTANCES_TABLE: text, RECORDS_TABLE: text };
export const FUNCTION_ENVIRONMENTS = {
  ingest: v.object({
    ENVIRONMENT: text,
    ...ledger,
    CONTROL_TABLE: text,
    APP_STORE_BUCKET: text,
    QUARANTINE_BUCKET: text,
    LANES: LANES_SCHEMA,
    /** Sources, rules, classes and default class of the configuration. */
    CLASSIFICATION: CLASSIFICATION_SCHEMA,
    /** Share of a lane's objective above which its delay is too long; empty sheds nothing. */
    SHED_ABOVE_SHARE_OF_OBJECTIVE: v.pipe(
      v.string(),
      v.transform((value) => (value === '' ? null : Number(value))),
    ),
    LEDGER_RETENTION_DAYS: v.pipe(v.string(), v.transform(Number)),
    HAND_OFF_BOUND_SECONDS: v.pipe(v.string(), v.transform(Number)),
  }),
  runner: v.object({
    ENVIRONMENT: text,
    LANE: text,
    POOL: text,
    ORDERED: v.picklist(['true', 'false']),
    /** `true` for the runner of a pool's suspects: batch of one, no moving aside. */
    SUSPECTS: v.picklist(['true', 'false']),
    RECORDS_TABLE: text,
    CONTEXT_TABLE: text,
    CONTROL_TABLE: text,
    APP_STORE_BUCKET: text,
    QUARANTINE_BUCKET: text,
    /** This lane's queue for continuations, as `LANES` has it; a suspect runner has all lanes of its pool. */
    LANES: LANES_SCHEMA,
    SUSPECT_QUEUE: text,
    /** Records of a batch that are worked on at the same time. */
    PARALLEL_RECORDS: v.pipe(v.string(), v.transform(Number)),
    LEDGER_RETENTION_DAYS: v.pipe(v.string(), v.transform(Number)),
  }),
  coordinator: v.object({
    ENVIRONMENT: text,
    LANE: text,
    RECORDS_TABLE: text,
    CONTROL_TABLE: text,
    APP_STORE_BUCKET: text,
    QUARANTINE_BUCKET: text,
    LANES: LANES_SCHEMA,
    PARALLEL_RECORDS: v.pipe(v.string(), v.transform(Number)),
    MACHINE_PREFIX: text,
    SAGA_ASK_AFTER_SECONDS: v.pipe(v.string(), v.transform(Number)),
    /** Between two starts of this environment. */
    START_EVERY_MILLISECONDS: v.pipe(v.string(), v.transform(Number)),
    LEDGER_RETENTION_DAYS: v.pipe(v.string(), v.transform(Number)),
  }),
  step: v.object({
    ENVIRONMENT: text,
    SAGA: text,
    STEP: text,
    STATES_TABLE: text,
    CONTROL_TABLE: text,
    APP_STORE_BUCKET: text,
    /** The application's own settings; its saga's schema is asked. */
    SETTINGS: json(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
    /** ARN of the function that takes payments; empty for a step that asks none. */
    PAYMENT_FUNCTION: v.string(),
  }),
  settle: v.object({
    ENVIRONMENT: text,
    RECORDS_TABLE: text,
    LEDGER_RETENTION_DAYS: v.pipe(v.string(), v.transform(Number)),
  }),
  'provider-double': v.object({
    ENVIRONMENT: text,
    PAYMENTS_TABLE: text,
    LEAST_LATENCY_MILLISECONDS: v.pipe(v.string(), v.transform(Number)),
    MOST_LATENCY_MILLISECONDS: v.pipe(v.string(), v.transform(Number)),
    LOST_ANSWERS_PERCENT: v.pipe(v.string(), v.transform(Number)),
    LOST_CALLS_PERCENT: v.pipe(v.string(), v.transform(Number)),
    HANG_MILLISECONDS: v.pipe(v.string(), v.transform(Number)),
  }),
  publisher: v.object({
    ENVIRONMENT: text,
    EFFECTS_TABLE: text,
    BUS: text,
    /** Outcomes of a batch whose writes are applied at the same time. */
    PARALLEL_OUTCOMES: v.pipe(v.string(), v.transform(Number)),
  }),
  republisher: v.object({ ENVIRONMENT: text, EFFECTS_TABLE: text, BUS: text }),
  'dead-letter': v.object({
    ENVIRONMENT: text,
    RECORDS_TABLE: text,
    QUARANTINE_BUCKET: text,
    LANES: LANES_SCHEMA,
    LEDGER_RETENTION_DAYS: v.pipe(v.string(), v.transform(Number)),
  }),
  reconciler: v.object({
    ENVIRONMENT: text,
    ...ledger,
    CONTROL_TABLE: text,
    LANES: LANES_SCHEMA,
    /** Per lane: maxReceiveCount x visibility timeout in seconds, after which an unseen message is provably lost. */
    LANE_PATIENCE_SECONDS: json(v.record(v.string(), v.number())),
    /** Where events of a lane that is no longer configured go on: the pool of each source, and the class of those without one. */
    POOL_BY_WAY: json(v.record(v.string(), v.string())),
    DEFAULT_CLASS: text,
    HAND_OFF_BOUND_SECONDS: v.pipe(v.string(), v.transform(Number)),
    /** Acceptances that a sweep works on at the same time. */
    PARALLEL_ACCEPTANCES: v.pipe(v.string(), v.transform(Number)),
    /** ARN of a state machine, but for the saga's name at its end. */
    MACHINE_PREFIX: text,
    STATES_TABLE: text,
    INCIDENTS_TABLE: text,
    PAYMENT_FUNCTIONS,
    /** How soon a saga's execution is asked for when it was run again. */
    SAGA_ASK_AFTER_SECONDS: v.pipe(v.string(), v.transform(Number)),
    RESEND_BUDGET: v.pipe(v.string(), v.transform(Number)),
    LEDGER_RETENTION_DAYS: v.pipe(v.string(), v.transform(Number)),
  }),
  monitor: v.object({
    ENVIRONMENT: text,
    CONTROL_TABLE: text,
    INCIDENTS_TABLE: text,
    /** An incident is kept as long as the record of its event: its budget is the event's. */
    LEDGER_RETENTION_DAYS: v.pipe(v.string(), v.transform(Number)),
    /** ARN of a state machine, but for the saga's name at its end. */
    MACHINE_PREFIX: text,
    /** Lanes, to tell their runners by name from other functions. */
    LANE_NAMES: json(v.array(text)),
  }),
  recovery: v.object({
    ENVIRONMENT: text,
    ...ledger,
    STATES_TABLE: text,
    CONTROL_TABLE: text,
    INCIDENTS_TABLE: text,
    /** For events that it sends again. */
    LANES: LANES_SCHEMA,
    HAND_OFF_BOUND_SECONDS: v.pipe(v.string(), v.transform(Number)),
    LEDGER_RETENTION_DAYS: v.pipe(v.string(), v.transform(Number)),
    MACHINE_PREFIX: text,
    SAGA_ASK_AFTER_SECONDS: v.pipe(v.string(), v.transform(Number)),
    PAYMENT_FUNCTIONS,
    /** By lane whose chains may be split: its runner's time-out. */
    SPLIT_TIMEOUT_SECONDS: json(v.record(text, v.number())),
  }),
  canary: v.object({ ENVIRONMENT: text }),
  'stale-notifier': v.object({ ENVIRONMENT: text, BUS: text }),
  controller: v.object({
    ENVIRONMENT: text,
    LANE: text,
    CONTROL_TABLE: text,
    DECISIONS_TABLE: text,
    /** Queues of all lanes, for their backlogs. */
    LANES: LANES_SCHEMA,
    /** What planning must know of each lane. */
    LANE_TERMS: json(v.array(laneTerms)),
    /** Id of each lane's event source mapping. */
    MAPPINGS: json(v.record(text, text)),
    /** The account's concurrent executions, and how many of them functions have that are no lane's runner. */
    ACCOUNT_CONCURRENCY: v.pipe(v.string(), v.transform(Number)),
    RESERVED_ELSEWHERE: v.pipe(v.string(), v.transform(Number)),
    /** What provisioned environments of all lanes may cost; empty for no ceiling. */
    COST_CEILING_DOLLARS_PER_HOUR: v.pipe(
      v.string(),
      v.transform((value) => (value === '' ? null : Number(value))),
    ),
    DECISION_RETENTION_DAYS: v.pipe(v.string(), v.transform(Number)),
  }),
} as const;
export type FunctionKind = keyof typeof FUNCTION_ENVIRONMENTS;
/** What a function reads, parsed. */
export type FunctionEnvironment<K extends FunctionKind> = v.InferOutput<(typeof FUNCTION_ENVIRONMENTS)[K]>;
/** What a construct must set, as strings. */
export type FunctionVariables<K extends FunctionKind> = v.InferInput<(typeof FUNCTION_ENVIRONMENTS)[K]>;
