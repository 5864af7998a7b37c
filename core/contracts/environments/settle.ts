/** Environment variables of the function that settles sagas. */
import * as v from 'valibot';
import { number, text } from './fields';

export const settleEnvironment = v.object({
  ENVIRONMENT: text,
  RECORDS_TABLE: text,
  LEDGER_RETENTION_DAYS: number,
});
