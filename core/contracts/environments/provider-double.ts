/** Environment variables of a payment provider's double. */
import * as v from 'valibot';
import { number, text } from './fields';

export const providerDoubleEnvironment = v.object({
  ENVIRONMENT: text,
  PAYMENTS_TABLE: text,
  LEAST_LATENCY_MILLISECONDS: number,
  MOST_LATENCY_MILLISECONDS: number,
  LOST_ANSWERS_PERCENT: number,
  LOST_CALLS_PERCENT: number,
  HANG_MILLISECONDS: number,
});
