/** Names the parameters that a report was made with. */
import { createHash } from 'node:crypto';
import type { TunedKnobs } from '../../simulator/evaluation/tuned';

/** Of the knobs alone. */
export const hashOf = (knobs: TunedKnobs): string =>
  createHash('sha256').update(JSON.stringify(knobs)).digest('hex').slice(0, 16);
