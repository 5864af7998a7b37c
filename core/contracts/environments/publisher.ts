/** Environment variables of the publisher. */
import * as v from 'valibot';
import { number, text } from './fields';

export const publisherEnvironment = v.object({
  ENVIRONMENT: text,
  EFFECTS_TABLE: text,
  BUS: text,
  /** Outcomes of a batch whose writes are applied at the same time. */
  PARALLEL_OUTCOMES: number,
});
