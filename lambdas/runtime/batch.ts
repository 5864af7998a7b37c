/** Runs a batch's records side by side, bounded in number, and reports each by itself. */

export interface BatchItemFailure {
  readonly itemIdentifier: string;
}

export interface BatchOptions<T> {
  readonly identify: (record: T) => string;
  /** How many run at the same time; 10 if left out. */
  readonly concurrency?: number;
  /** Called with each failure's error, so that none is lost in silence. */
  readonly onFailure?: (record: T, error: unknown) => void;
  /** Records that have not begun when this answers false fail without running: a record cut off by the time-out helps nobody. */
  readonly hasTimeLeft?: () => boolean;
}

/** The answer of a handler with ReportBatchItemFailures. A record that throws is failed; the others go on. */
export async function runBatch<T>(
  records: readonly T[],
  run: (record: T) => Promise<void>,
  options: BatchOptions<T>,
): Promise<{ batchItemFailures: BatchItemFailure[] }> {
  const failed = new Set<T>();
  await inParallel(records, options.concurrency ?? 10, async (record) => {
    try {
      if (options.hasTimeLeft?.() === false) throw new Error('no time left in this invocation');
      await run(record);
    } catch (error) {
      failed.add(record);
      options.onFailure?.(record, error);
    }
  });
  return {
    batchItemFailures: records
      .filter((record) => failed.has(record))
      .map((record) => ({ itemIdentifier: options.identify(record) })),
  };
}

/** Bounded concurrency, in order of the list. Rejects with the first error. */
export async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}
