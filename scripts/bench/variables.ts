/** Values for every function's environment variables, as a stack would set them. */
import { local } from '../../config/local';

export interface BenchNames {
  readonly acceptancesTable: string;
  readonly recordsTable: string;
  readonly contextTable: string;
  readonly effectsTable: string;
  readonly controlTable: string;
  readonly laneQueue: string;
}

export const NAMES: BenchNames = {
  acceptancesTable: 'triage-bench-acceptances',
  recordsTable: 'triage-bench-records',
  contextTable: 'triage-bench-context',
  effectsTable: 'triage-bench-effects',
  controlTable: 'triage-bench-control',
  laneQueue: 'triage-bench-lane',
};
export const LANE = {
  name: 'bench',
  pool: 'main',
  priorityClass: 'normal',
  ordered: false,
  admissionBound: 1_000_000,
  weight: 1,
  objectiveSeconds: 10,
  queueUrlName: NAMES.laneQueue,
};

const COMMON = {
  ENVIRONMENT: 'bench',
  ACCEPTANCES_TABLE: NAMES.acceptancesTable,
  RECORDS_TABLE: NAMES.recordsTable,
  CONTEXT_TABLE: NAMES.contextTable,
  CONTROL_TABLE: NAMES.controlTable,
  EFFECTS_TABLE: NAMES.effectsTable,
  BUS: 'default',
  APP_STORE_BUCKET: 'bench-app-store',
  QUARANTINE_BUCKET: 'bench-quarantine',
  LANES: JSON.stringify([LANE]),
  HAND_OFF_BOUND_SECONDS: '30',
  RESEND_BUDGET: '5',
  MACHINE_PREFIX: 'arn:aws:states:us-east-1:000000000000:stateMachine:triage-bench-',
  SAGA_ASK_AFTER_SECONDS: '60',
  START_EVERY_MILLISECONDS: '40',
  SAGA: 'booking',
  STEP: 'payment',
  SETTINGS: JSON.stringify({ approvalAboveCents: 100_000 }),
  PAYMENT_FUNCTION: 'triage-bench-provider-double:live',
  PAYMENT_FUNCTIONS: JSON.stringify({ booking: 'triage-bench-provider-double:live' }),
  PAYMENTS_TABLE: 'triage-bench-payments',
  LEAST_LATENCY_MILLISECONDS: '0',
  MOST_LATENCY_MILLISECONDS: '0',
  LOST_ANSWERS_PERCENT: '0',
  LOST_CALLS_PERCENT: '0',
  HANG_MILLISECONDS: '0',
  LEDGER_RETENTION_DAYS: '15',
  LANE_PATIENCE_SECONDS: JSON.stringify({ bench: 360 }),
  LANE: LANE.name,
  POOL: LANE.pool,
  ORDERED: 'false',
  SUSPECTS: 'false',
  SUSPECT_QUEUE: 'triage-bench-suspects',
  PARALLEL_RECORDS: '10',
  PARALLEL_OUTCOMES: '16',
  PARALLEL_ACCEPTANCES: '20',
  POOL_BY_WAY: JSON.stringify({ devices: LANE.pool }),
  DEFAULT_CLASS: LANE.priorityClass,
  SHED_ABOVE_SHARE_OF_OBJECTIVE: '',
  DECISIONS_TABLE: 'triage-bench-decisions',
  LANE_TERMS: '[]',
  MAPPINGS: '{}',
  ACCOUNT_CONCURRENCY: '1000',
  RESERVED_ELSEWHERE: '0',
  COST_CEILING_DOLLARS_PER_HOUR: '',
  DECISION_RETENTION_DAYS: '1',
  STATES_TABLE: 'triage-bench-states',
  INCIDENTS_TABLE: 'triage-bench-incidents',
  LANE_NAMES: JSON.stringify([LANE.name]),
  SPLIT_TIMEOUT_SECONDS: JSON.stringify({ bench: 5 }),
  CLASSIFICATION: JSON.stringify({
    sources: local.sources,
    rules: local.rules,
    classes: local.classes,
    defaultClass: local.defaultClass,
  }),
};

/** All of them: a function takes what its schema names and ignores the rest. */
export const FUNCTION_VARIABLES = (_function: string): Readonly<Record<string, string>> => COMMON;
