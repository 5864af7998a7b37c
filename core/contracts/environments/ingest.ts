/** Environment variables of ingestion. */
import * as v from 'valibot';
import { ruleSchema } from '../rule';
import { json, number, text } from './fields';
import { LANES_SCHEMA } from './lanes';

/** `CLASSIFICATION`: what ingestion must know of the configuration. More keys do no harm, fewer do. */
export const CLASSIFICATION_SCHEMA = json(
  v.object({
    classes: v.array(v.object({ name: text, express: v.boolean() })),
    defaultClass: text,
    rules: v.array(ruleSchema),
    sources: v.array(
      v.object({
        kind: v.picklist(['eventbridge', 'kinesis', 's3']),
        name: text,
        tenant: text,
        trustedPriority: v.boolean(),
        pool: text,
      }),
    ),
  }),
);
export type Classification = v.InferOutput<typeof CLASSIFICATION_SCHEMA>;

export const ingestEnvironment = v.object({
  ENVIRONMENT: text,
  ACCEPTANCES_TABLE: text,
  RECORDS_TABLE: text,
  CONTROL_TABLE: text,
  APP_STORE_BUCKET: text,
  QUARANTINE_BUCKET: text,
  LANES: LANES_SCHEMA,
  /** Sources, rules, classes and default class of the configuration. */
  CLASSIFICATION: CLASSIFICATION_SCHEMA,
  /** Share of a lane's objective above which its delay is too long; empty sheds nothing. */
  SHED_ABOVE_SHARE_OF_OBJECTIVE: v.pipe(
    v.string(),
    v.transform((value) => (value === '' ? null : Number(value))),
  ),
  LEDGER_RETENTION_DAYS: number,
  HAND_OFF_BOUND_SECONDS: number,
});
