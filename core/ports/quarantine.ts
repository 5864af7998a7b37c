/** One entry that could not be accepted, kept as it came. */
export interface QuarantinedEntry {
  readonly raw: string;
  readonly reason: string;
  readonly wayIn: string;
  readonly tenant: string;
  /** Record key, where the entry was well-formed enough to have one. */
  readonly key?: string;
}

/** Where refused events are kept: one object per batch, at a key made from its content, so that a repeat writes the same. */
export interface Quarantine {
  /** Answers with the object's key. */
  keep(batch: {
    readonly atMs: number;
    readonly stage: string;
    readonly entries: readonly QuarantinedEntry[];
  }): Promise<string>;
}
