/** What the monitor remembers between batches: plain data, bounded, one part for each log stream. */

import type { LoggedKind } from '../../contracts/incident';
import type { Evidence } from './decision';
import type { LoggedError } from './record';

/** An error that the language runtime reported, until the platform says whether the request failed. */
export interface Claim {
  readonly error: LoggedError;
  readonly evidence: Evidence;
}

/** What was said already, so that four records of one failure are one diagnosis. */
export interface Said {
  readonly kind: LoggedKind;
  readonly known: boolean;
}

export interface RequestState {
  readonly requestId: string;
  readonly startedAtMs: number;
  readonly ended: boolean;
  readonly claim?: Claim;
  readonly said?: Said;
}

export interface StreamState {
  /** When the monitor last read of it. */
  readonly lastAtMs: number;
  /** The request that the environment works on; one at a time. */
  readonly open?: RequestState;
  /** The one before: Lambda writes some of its lines after the report. */
  readonly last?: RequestState;
  /** Between the start of an initialisation and the first request. */
  readonly init?: { readonly claim?: Claim; readonly said?: Said };
  /** The event before this one filled Lambda's limit: this one may be its rest. */
  readonly cut?: boolean;
  /** The event before this one was an error, and this one may go on with it. */
  readonly inError?: boolean;
}

export interface MonitorState {
  /** The one that was heard of last comes last. */
  readonly streams: Readonly<Record<string, StreamState>>;
  /** Ids of the last events, oldest first. */
  readonly seen: readonly string[];
}

export const NOTHING_SEEN: MonitorState = { streams: {}, seen: [] };
export const MOST_STREAMS = 1_000;
export const MOST_SEEN = 20_000;

/** No request takes longer: a start that is older has lost its end. */
export const LONGEST_REQUEST_MS = 960_000;

/** An environment that was silent for so long is gone: Lambda keeps none idle for hours. */
export const STREAM_LIFE_MS = 21_600_000;

/** With the stream as the newest; forgets those that have been silent longest. */
export function remember(
  streams: Readonly<Record<string, StreamState>>,
  key: string,
  stream: StreamState,
): Readonly<Record<string, StreamState>> {
  const alive = ([name, each]: readonly [string, StreamState]) =>
    name !== key && stream.lastAtMs - each.lastAtMs < STREAM_LIFE_MS;
  const others = Object.entries(streams).filter(alive);
  return Object.fromEntries([...others.slice(-(MOST_STREAMS - 1)), [key, stream]]);
}
