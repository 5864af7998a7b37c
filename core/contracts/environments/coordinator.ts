/** Environment variables of a lane's coordinator. */
import * as v from 'valibot';
import { number, text } from './fields';
import { LANES_SCHEMA } from './lanes';

export const coordinatorEnvironment = v.object({
  ENVIRONMENT: text,
  LANE: text,
  RECORDS_TABLE: text,
  CONTROL_TABLE: text,
  APP_STORE_BUCKET: text,
  QUARANTINE_BUCKET: text,
  LANES: LANES_SCHEMA,
  PARALLEL_RECORDS: number,
  MACHINE_PREFIX: text,
  SAGA_ASK_AFTER_SECONDS: number,
  /** Between two starts of this environment. */
  START_EVERY_MILLISECONDS: number,
  LEDGER_RETENTION_DAYS: number,
});
