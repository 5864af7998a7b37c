/** Environment variables of the reconciler. */
import * as v from 'valibot';
import { json, number, text } from './fields';
import { LANES_SCHEMA } from './lanes';
import { PAYMENT_FUNCTIONS } from './payment-functions';

export const reconcilerEnvironment = v.object({
  ENVIRONMENT: text,
  ACCEPTANCES_TABLE: text,
  RECORDS_TABLE: text,
  CONTROL_TABLE: text,
  LANES: LANES_SCHEMA,
  /** Per lane: maxReceiveCount x visibility timeout in seconds, after which an unseen message is provably lost. */
  LANE_PATIENCE_SECONDS: json(v.record(v.string(), v.number())),
  /** Where events of a lane that is no longer configured go on: the pool of each source, and the class of those without one. */
  POOL_BY_WAY: json(v.record(v.string(), v.string())),
  DEFAULT_CLASS: text,
  HAND_OFF_BOUND_SECONDS: number,
  /** Acceptances that a sweep works on at the same time. */
  PARALLEL_ACCEPTANCES: number,
  /** ARN of a state machine, but for the saga's name at its end. */
  MACHINE_PREFIX: text,
  STATES_TABLE: text,
  INCIDENTS_TABLE: text,
  PAYMENT_FUNCTIONS,
  /** How soon a saga's execution is asked for when it was run again. */
  SAGA_ASK_AFTER_SECONDS: number,
  RESEND_BUDGET: number,
  LEDGER_RETENTION_DAYS: number,
});
