/** Values of systems' knobs that differ from their defaults (D9). None has been tuned yet, so every system runs with its defaults. */
import type { Knobs } from '../systems/system';
import frozen from './tuned.json';

export type TunedKnobs = Readonly<Record<string, Knobs>>;

export const TUNED: TunedKnobs = frozen.knobs;
