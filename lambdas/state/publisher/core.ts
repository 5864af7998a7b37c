/**
 * Makes outcomes take effect: applies their keyed writes, then publishes the events they emit. A repeat changes nothing: a write
 * that is there already is stale, and an emitted event's id is always the same.
 */
import type { LedgerRecord } from '../../../core/contracts/ledger';
import type { Effects, EventBus, Log } from '../../../core/ports';

export interface PublisherPorts {
  readonly effects: Effects;
  readonly bus: EventBus;
  readonly log: Log;
}

export interface Published {
  /** New images that carry an outcome. */
  readonly outcomes: number;
  readonly applied: number;
  readonly stale: number;
  readonly emitted: number;
  /** Keys of records that no retry can mend; the audit counts what they lack. */
  readonly bad: readonly string[];
}

/** Some of the stream's batch must be tried again; everything else in it is done. */
export class UnpublishedError extends Error {
  override readonly name = 'UnpublishedError';
}

type RecordResult = { readonly applied: number; readonly stale: number } | { readonly error: unknown };

/** As many as the SDK's connections allow without waiting, nearly. */
const PARALLEL_OUTCOMES = 16;
/** What the service says of a value that it will never take. */
const HOPELESS = new Set(['TerminalError', 'ValidationException', 'InvalidValueError', 'RangeError', 'TypeError']);

/** Throws an `UnpublishedError` at the end where a retry can help; a record that cannot be mended is reported and left. */
export async function publish(
  ports: PublisherPorts,
  images: readonly LedgerRecord[],
  parallelOutcomes = PARALLEL_OUTCOMES,
): Promise<Published> {
  const records = newestImages(images).filter((record) => record.outcome !== undefined);
  const results = await inParallel(records, parallelOutcomes, (record) => applyWrites(ports, record));
  const bad: string[] = [];
  const later: string[] = [];
  const fail = (record: LedgerRecord, error: unknown) => {
    (isHopeless(error) ? bad : later).push(record.key);
    ports.log.error('an outcome was not published', { key: record.key, generation: record.generation, error });
  };
  const ready: LedgerRecord[] = [];
  let applied = 0;
  let stale = 0;
  for (const [index, record] of records.entries()) {
    const result = results[index];
    if (result === undefined) continue;
    if ('error' in result) {
      fail(record, result.error);
      continue;
    }
    applied += result.applied;
    stale += result.stale;
    if (record.outcome !== undefined && record.outcome.emits.length > 0) ready.push(record);
  }
  const emitted = await publishEvents(ports.bus, ready, fail);
  if (later.length > 0)
    throw new UnpublishedError(`${later.length} of ${records.length} outcomes: ${later.join(', ')}`);
  return { outcomes: records.length, applied, stale, emitted, bad };
}

/** One record may come several times in a batch; its outcome is in the last image. */
function newestImages(images: readonly LedgerRecord[]): LedgerRecord[] {
  return [...new Map(images.map((image) => [`${image.key}#${image.generation}`, image])).values()];
}

async function applyWrites({ effects }: PublisherPorts, { outcome }: LedgerRecord): Promise<RecordResult> {
  try {
    const answers = await Promise.all((outcome?.writes ?? []).map((write) => effects.apply(write)));
    const applied = answers.filter((answer) => answer === 'applied').length;
    return { applied, stale: answers.length - applied };
  } catch (error) {
    return { error };
  }
}

/** All together; where that fails as a whole, record by record, so that one bad event holds up no other. */
async function publishEvents(
  bus: EventBus,
  records: readonly LedgerRecord[],
  fail: (record: LedgerRecord, error: unknown) => void,
): Promise<number> {
  if (records.length === 0) return 0;
  const events = records.flatMap((record) => (record.outcome?.emits ?? []).map((event) => ({ record, event })));
  try {
    const failed = new Set(await bus.publish(events.map(({ event }) => event)));
    const unsent = new Set(events.filter((_, index) => failed.has(index)).map(({ record }) => record));
    for (const record of unsent) fail(record, new Error('the bus did not take its events'));
    return events.length - failed.size;
  } catch (error) {
    const [only, ...others] = records;
    if (only !== undefined && others.length === 0) {
      fail(only, error);
      return 0;
    }
    let emitted = 0;
    for (const record of records) emitted += await publishEvents(bus, [record], fail);
    return emitted;
  }
}

function isHopeless(error: unknown): boolean {
  return error instanceof Error && HOPELESS.has(error.name);
}

async function inParallel<Item, Result>(
  items: readonly Item[],
  parallel: number,
  each: (item: Item) => Promise<Result>,
) {
  const results = new Array<Result>(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await each(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  return results;
}
