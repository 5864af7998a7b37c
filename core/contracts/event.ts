/** CloudEvents 1.0 as Triage takes them, and what ingestion makes of one. */

/** A CloudEvent in structured JSON form. Extension attributes are lower-case letters and digits, at most 20 characters. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  /** URI reference of the producer's context; with tenant and id it is the event's identity. */
  readonly source: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly subject?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data?: unknown;
  /** Ordering key (registered extension `partitioning`). */
  readonly partitionkey?: string;
  /** Place in the order of one key (registered extension `sequence`): digits, compared as numbers. */
  readonly sequence?: string;
  /** RFC 3339 deadline (registered extension `expirytime`). */
  readonly expirytime?: string;
  /** Claim check: where the data lies (registered extension `dataref`), under the producer's own prefix. */
  readonly dataref?: string;
  /** Claim check: bytes of the object at `dataref`. */
  readonly datarefsize?: number;
  /** Claim check: SHA-256 of the object at `dataref`, hex. */
  readonly datarefdigest?: string;
  readonly traceparent?: string;
  /** Class that the producer asks for; counts only from ways in that are trusted for it. */
  readonly priority?: string;
  readonly [extension: string]: unknown;
}

/** An accepted event with all that ingestion found out about it. Every later stage works on this. */
export interface Envelope {
  /** Digest of (tenant, source, id): the event's identity, key of its record. */
  readonly key: string;
  /** 1 at first; a redrive adds one. */
  readonly generation: number;
  readonly tenant: string;
  /** Name of the configured source it came by. */
  readonly wayIn: string;
  /** Priority class, which is also the lane's class. */
  readonly priorityClass: string;
  /** Name of the lane that it is handed to. */
  readonly lane: string;
  /** The classification's reason: the rule's name, or `priority attribute`, or `default`. */
  readonly reason: string;
  /** SHA-256 of the event's canonical JSON, hex. */
  readonly bodyDigest: string;
  /** Epoch milliseconds at ingestion. */
  readonly acceptedAtMs: number;
  /** Key of the acceptance that holds it. */
  readonly acceptanceKey: string;
  readonly event: CloudEvent;
}

/**
 * Where in its chain a message stands. A position names chain, version and stage, so that a chain ends as it began. No message bears
 * one of the form `coordinated`: there `chain` is the saga's name and `stage` counts its executions, from 0.
 */
export interface Position {
  readonly chain: string;
  readonly version: number;
  /** Index of the next stage to run, from 0. Progress "further on" means a greater stage. */
  readonly stage: number;
  /** Name of the parallel branch of that stage which this message runs; without it, the stage as a whole. */
  readonly branch?: string;
  /** The form the chain began in. A fused chain writes no progress. `coordinated`: a saga has it, and its end gives the outcome. */
  readonly form: 'fused' | 'split' | 'coordinated';
}

/** What travels in a lane's queue. */
export interface LaneMessage {
  readonly v: 1;
  readonly envelope: Envelope;
  /** Without it, the chain is chosen by the event's type and begins at stage 0. */
  readonly position?: Position;
  /** Counts the sends of this event, so that a FIFO lane does not drop a repair as a repeat. From 1. */
  readonly sendAttempt: number;
}
