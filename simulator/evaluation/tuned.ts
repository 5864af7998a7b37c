/** Values of systems' knobs as `npm run evaluate:tune` chose them on training data (D9), frozen in a committed file. */
import type { Knobs } from '../systems/system';
import type { Trained } from './tune';
import frozen from './tuned.json';

export type TunedKnobs = Readonly<Record<string, Knobs>>;

export interface TunedFile {
  readonly knobs: TunedKnobs;
  /** How each did in training. */
  readonly training: Readonly<Record<string, Omit<Trained, 'knobs'>>>;
  /** What tuning would have chosen for Triage, which runs as it is deployed. */
  readonly offered?: Trained;
}

const file = frozen as TunedFile;
export const TUNED: TunedKnobs = file.knobs;
/** Triage with another forecast, or without one of its mechanisms, has Triage's knobs. */
export const knobsFor = (tuned: TunedKnobs, system: string): Knobs =>
  tuned[system] ?? (/^(triage|without)-/.test(system) ? (tuned['triage'] ?? {}) : {});
export const TRAINING = file.training;
export const OFFERED = file.offered;
