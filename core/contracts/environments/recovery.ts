/** Environment variables of recovery. */
import * as v from 'valibot';
import { json, number, text } from './fields';
import { LANES_SCHEMA } from './lanes';
import { PAYMENT_FUNCTIONS } from './payment-functions';

export const recoveryEnvironment = v.object({
  ENVIRONMENT: text,
  ACCEPTANCES_TABLE: text,
  RECORDS_TABLE: text,
  STATES_TABLE: text,
  CONTROL_TABLE: text,
  INCIDENTS_TABLE: text,
  /** For events that it sends again. */
  LANES: LANES_SCHEMA,
  HAND_OFF_BOUND_SECONDS: number,
  LEDGER_RETENTION_DAYS: number,
  MACHINE_PREFIX: text,
  SAGA_ASK_AFTER_SECONDS: number,
  PAYMENT_FUNCTIONS,
  /** By lane whose chains may be split: its runner's time-out. */
  SPLIT_TIMEOUT_SECONDS: json(v.record(text, v.number())),
});
