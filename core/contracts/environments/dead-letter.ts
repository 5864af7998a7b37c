/** Environment variables of the dead-letter function. */
import * as v from 'valibot';
import { number, text } from './fields';
import { LANES_SCHEMA } from './lanes';

export const deadLetterEnvironment = v.object({
  ENVIRONMENT: text,
  RECORDS_TABLE: text,
  QUARANTINE_BUCKET: text,
  LANES: LANES_SCHEMA,
  LEDGER_RETENTION_DAYS: number,
});
