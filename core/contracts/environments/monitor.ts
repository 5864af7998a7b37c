/** Environment variables of the monitor. */
import * as v from 'valibot';
import { json, number, text } from './fields';

export const monitorEnvironment = v.object({
  ENVIRONMENT: text,
  CONTROL_TABLE: text,
  INCIDENTS_TABLE: text,
  /** An incident is kept as long as the record of its event: its budget is the event's. */
  LEDGER_RETENTION_DAYS: number,
  /** ARN of a state machine, but for the saga's name at its end. */
  MACHINE_PREFIX: text,
  /** Lanes, to tell their runners by name from other functions. */
  LANE_NAMES: json(v.array(text)),
});
