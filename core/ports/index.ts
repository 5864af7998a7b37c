/** What the outside world is asked for. Types only; one implementation on AWS, one in memory, one conformance suite for both. */
export type { Acceptances } from './acceptances';
export type { Capacity } from './capacity';
export type { Claims } from './claims';
export type { ContextStore } from './context-store';
export type { Control, LaneControl, LaneWatermark } from './control';
export type { Controllers, HeldLease } from './controllers';
export type { Deployment, Deployments } from './deployments';
export type { Effects } from './effects';
export type { EventBus } from './event-bus';
export {
  EXECUTION_STATUSES,
  type Execution,
  type ExecutionDetail,
  type ExecutionEvent,
  type ExecutionStatus,
  type Executions,
} from './executions';
export type { Incidents, ReadIncident, ReadLimits } from './incidents';
export type { LaneQueue } from './lane-queue';
export type { LaneSwitch } from './lane-switch';
export type { LaneLoad, Loads } from './loads';
export type { Log } from './log';
export type { MonitorStates } from './monitor-states';
export type { OutcomePage, OutcomeStream } from './outcome-stream';
export type { PaymentProvider } from './payment-provider';
export type { ProviderLedger } from './provider-ledger';
export type { Quarantine, QuarantinedEntry } from './quarantine';
export type { Records } from './records';
export type { SagaControl, SagaGate } from './saga-control';
export type {
  BeginAnswer,
  MarkAnswer,
  PutAnswer,
  StateCommitAnswer,
  StateCommitRefusal,
  StateConflict,
  StateRefused,
  StateStore,
} from './state-store';
