/** What the monitor says of one log event. */
import type { LoggedKind } from '../../contracts/incident';
import type { RecordSource } from './record';

export interface Evidence {
  readonly eventId: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly atMs: number;
  readonly source: RecordSource;
  /** At most 20 lines of at most 300 characters: for a person to read, never to be parsed again. */
  readonly lines: readonly string[];
}

export interface Diagnosis {
  /** The same for everything said of one attempt of one request, so that a receiver acts on it once. */
  readonly id: string;
  readonly kind: LoggedKind;
  /** `high`: the table knows the name, or the platform says it in so many words. `low`: the kind is what is left. */
  readonly confidence: 'high' | 'medium' | 'low';
  readonly functionName: string;
  readonly version: string;
  readonly requestId?: string;
  readonly errorName?: string;
  readonly evidence: readonly Evidence[];
}

export const REASONS = [
  // Diagnoses and suspicions.
  'report-failed',
  'runtime-failed',
  'request-timed-out',
  'runtime-exited',
  'init-failed',
  'extension-failed',
  'error-logged',
  'error-claimed',
  // Nothing to say.
  'healthy',
  'no-record',
  'continuation',
  'cut-short',
  'after-cut',
  'handled',
  'no-error',
  'already-diagnosed',
  'other-request',
  'out-of-place',
  'repeated',
  'logs-dropped',
  'own-log',
  'foreign-log',
] as const;

/** A code for tables and tests, with what was seen. */
export interface Reason {
  readonly code: (typeof REASONS)[number];
  readonly args: Readonly<Record<string, string | number>>;
}

/**
 * A suspicion has the form of a diagnosis and none of its standing: a record that others than the platform could have written,
 * or one that could not be tied to its request. It may make somebody look sooner; it must never start a recovery.
 */
export type LogDecision =
  | { readonly decision: 'diagnosis'; readonly reason: Reason; readonly diagnosis: Diagnosis }
  | { readonly decision: 'suspicion'; readonly reason: Reason; readonly diagnosis: Diagnosis }
  | { readonly decision: 'none'; readonly reason: Reason };
