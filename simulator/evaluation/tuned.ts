/** The frozen values of every system's knobs (D9): tuned on training data by `npm run evaluate:tune`, and changed by nothing else. */
import type { Knobs } from '../systems/system';
import frozen from './tuned.json';

export type TunedKnobs = Readonly<Record<string, Knobs>>;

export const TUNED: TunedKnobs = frozen.knobs;
