/**
 * Physical names, by convention from the environment's name. Stacks, functions and the command line all read them here, so that
 * stacks need no exports of one another: a lane can leave the configuration without a deadlock of references.
 * Account and region are added where a name must be unique in the world (buckets).
 */
export interface ResourceNames {
  readonly prefix: string;
  stack(stage: StackName): string;
  readonly acceptancesTable: string;
  readonly recordsTable: string;
  readonly contextTable: string;
  readonly effectsTable: string;
  /** Versioned results of coordinated applications' steps. */
  readonly statesTable: string;
  readonly controlTable: string;
  readonly decisionsTable: string;
  /** What was found wrong, and what recovery did about it. */
  readonly incidentsTable: string;
  readonly bus: string;
  readonly expressIntakeQueue: string;
  readonly standardIntakeQueue: string;
  readonly expressIntakeDeadLetterQueue: string;
  readonly standardIntakeDeadLetterQueue: string;
  /** Events that a rule could not deliver to an intake queue. */
  readonly ruleDeadLetterQueue: string;
  /** Where the publisher's stream mapping reports batches that it gave up; the republisher drains it. */
  readonly publisherFailureQueue: string;
  /** Batches that the republisher could not publish either. */
  readonly publisherFailureDeadLetterQueue: string;
  /** Where the ingest function's mapping on a source's stream reports batches that it gave up. */
  streamFailureQueue(source: string): string;
  readonly reconcilerDeadLetterQueue: string;
  /** Where the states table's mapping reports notices that it gave up. */
  readonly staleFailureQueue: string;
  /** Deliveries that the monitor failed on, and invocations of recovery and of the canary. */
  readonly monitorDeadLetterQueue: string;
  readonly recoveryDeadLetterQueue: string;
  readonly controllerDeadLetterQueue: string;
  appStoreBucket(account: string, region: string): string;
  quarantineBucket(account: string, region: string): string;
  accessLogBucket(account: string, region: string): string;
  stream(source: string): string;
  laneQueue(lane: string, ordered: boolean): string;
  laneDeadLetterQueue(lane: string, ordered: boolean): string;
  suspectQueue(pool: string): string;
  suspectDeadLetterQueue(pool: string): string;
  /** What takes a lane's messages: the runner of its units, or the coordinator of its sagas. */
  runnerFunction(lane: string): string;
  suspectRunnerFunction(pool: string): string;
  controllerFunction(lane: string): string;
  platformFunction(name: PlatformFunction): string;
  /** A saga's state machine. */
  machine(saga: string): string;
  stepFunction(saga: string, step: string): string;
  /** Writes the outcomes of all sagas. */
  readonly settleFunction: string;
  /** Where an application's payments are only played. */
  providerDoubleFunction(application: string): string;
  paymentsTable(application: string): string;
}

export const STACK_NAMES = ['state', 'coordination', 'lanes', 'ingestion', 'monitoring', 'observability'] as const;
export type StackName = (typeof STACK_NAMES)[number];

/** Those that a configuration makes: without sagas there is none for them. */
export function stackNamesOf({ coordination }: { readonly coordination: object | null }): readonly StackName[] {
  return STACK_NAMES.filter((each) => each !== 'coordination' || coordination !== null);
}

/** Functions that exist once per environment. Lanes and pools have their own runners. */
export const PLATFORM_FUNCTIONS = [
  'ingest',
  'publisher',
  'republisher',
  'stale-notifier',
  'dead-letter',
  'reconciler',
  'monitor',
  'recovery',
  'canary',
] as const;
export type PlatformFunction = (typeof PLATFORM_FUNCTIONS)[number];

/** Runners are invoked through this alias only, never through `$LATEST`. */
export const LIVE_ALIAS = 'live';

/** Index of the acceptances table that holds open ones only: (openShard, dueAtMs). */
export const OPEN_INDEX = 'open';
export const OPEN_SHARDS = 16;
/** Index of the records table that holds DEAD outcomes only: (deadShard, decidedAtMs). */
export const DEAD_INDEX = 'dead';
export const DEAD_SHARDS = 4;
/** Index of the incidents table that holds only those at which recovery has to look again: (due, dueAtMs). */
export const DUE_INDEX = 'due';

export function resourceNames(environment: string): ResourceNames {
  const prefix = `triage-${environment}`;
  const fifo = (ordered: boolean) => (ordered ? '.fifo' : '');
  return {
    prefix,
    stack: (stage) => `${prefix}-${stage}`,
    acceptancesTable: `${prefix}-acceptances`,
    recordsTable: `${prefix}-records`,
    contextTable: `${prefix}-context`,
    effectsTable: `${prefix}-effects`,
    statesTable: `${prefix}-states`,
    controlTable: `${prefix}-control`,
    decisionsTable: `${prefix}-decisions`,
    incidentsTable: `${prefix}-incidents`,
    bus: `${prefix}-events`,
    expressIntakeQueue: `${prefix}-intake-express`,
    standardIntakeQueue: `${prefix}-intake-standard`,
    expressIntakeDeadLetterQueue: `${prefix}-intake-express-dlq`,
    standardIntakeDeadLetterQueue: `${prefix}-intake-standard-dlq`,
    ruleDeadLetterQueue: `${prefix}-rules-dlq`,
    publisherFailureQueue: `${prefix}-publisher-failures`,
    publisherFailureDeadLetterQueue: `${prefix}-publisher-failures-dlq`,
    streamFailureQueue: (source) => `${prefix}-stream-failures-${source}`,
    reconcilerDeadLetterQueue: `${prefix}-reconciler-dlq`,
    staleFailureQueue: `${prefix}-stale-failures-dlq`,
    monitorDeadLetterQueue: `${prefix}-monitor-dlq`,
    recoveryDeadLetterQueue: `${prefix}-recovery-dlq`,
    controllerDeadLetterQueue: `${prefix}-controller-dlq`,
    appStoreBucket: (account, region) => `${prefix}-app-store-${account}-${region}`,
    quarantineBucket: (account, region) => `${prefix}-quarantine-${account}-${region}`,
    accessLogBucket: (account, region) => `${prefix}-access-logs-${account}-${region}`,
    stream: (source) => `${prefix}-${source}`,
    laneQueue: (lane, ordered) => `${prefix}-lane-${lane}${fifo(ordered)}`,
    laneDeadLetterQueue: (lane, ordered) => `${prefix}-lane-${lane}-dlq${fifo(ordered)}`,
    suspectQueue: (pool) => `${prefix}-suspects-${pool}`,
    suspectDeadLetterQueue: (pool) => `${prefix}-suspects-${pool}-dlq`,
    runnerFunction: (lane) => `${prefix}-runner-${lane}`,
    controllerFunction: (lane) => `${prefix}-controller-${lane}`,
    suspectRunnerFunction: (pool) => `${prefix}-suspect-runner-${pool}`,
    platformFunction: (name) => `${prefix}-${name}`,
    machine: (saga) => `${prefix}-${saga}`,
    stepFunction: (saga, step) => `${prefix}-${saga}-${step}`,
    settleFunction: `${prefix}-settle`,
    providerDoubleFunction: (application) => `${prefix}-provider-double-${application}`,
    paymentsTable: (application) => `${prefix}-payments-${application}`,
  };
}
