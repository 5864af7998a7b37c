/** Environment variables of a lane's runner. */
import * as v from 'valibot';
import { number, text } from './fields';
import { LANES_SCHEMA } from './lanes';

export const runnerEnvironment = v.object({
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
  PARALLEL_RECORDS: number,
  LEDGER_RETENTION_DAYS: number,
});
