/** Environment variables of a saga's step. */
import * as v from 'valibot';
import { json, text } from './fields';

export const stepEnvironment = v.object({
  ENVIRONMENT: text,
  SAGA: text,
  STEP: text,
  STATES_TABLE: text,
  CONTROL_TABLE: text,
  APP_STORE_BUCKET: text,
  /** The application's own settings; its saga's schema is asked. */
  SETTINGS: json(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
  /** ARN of the function that takes payments; empty for a step that asks none. */
  PAYMENT_FUNCTION: v.string(),
});
