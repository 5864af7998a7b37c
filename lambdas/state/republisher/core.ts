/**
 * Publishes once more what the publisher's mapping gave up: reads the batch's range of the stream again and runs the publisher on it.
 * A range also holds records of other batches; to publish those again changes nothing.
 */
import { parseStreamFailure, type StreamRange } from '../../../core/contracts/stream-failure';
import type { OutcomeStream } from '../../../core/ports';
import { type Published, type PublisherPorts, publish, UnpublishedError } from '../publisher/core';

export interface RepublisherPorts extends PublisherPorts {
  readonly stream: OutcomeStream;
}
export type Republished = Omit<Published, 'bad'>;

/** Not all of the batch has taken effect: its message must stay. */
export class UnmendedError extends Error {
  override readonly name = 'UnmendedError';
}

/** An open shard answers with empty pages for ever where the range's end is not found in it. */
const MOST_PAGES = 1_000;

/** Deals with one failure message. Throws unless every outcome in its range is published; what can be is, all the same. */
export async function republish(ports: RepublisherPorts, body: string): Promise<Republished> {
  const range = parseStreamFailure(body);
  if (range === undefined) throw new UnmendedError("not a failure message of a table's stream");
  let total: Republished = { outcomes: 0, applied: 0, stale: 0, emitted: 0 };
  const left: string[] = [];
  let from: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await ports.stream.read(range, from);
    if (page.status === 'gone') throw new UnmendedError(`the stream no longer holds ${printed(range)}`);
    try {
      const published = await publish(ports, page.records);
      total = sum(total, published);
      left.push(...page.unreadable, ...published.bad);
    } catch (error) {
      if (!(error instanceof UnpublishedError)) throw error;
      left.push(error.message);
    }
    if (page.next === undefined) {
      if (left.length > 0) throw new UnmendedError(`not published of ${printed(range)}: ${left.join(', ')}`);
      return total;
    }
    from = page.next;
  }
  throw new UnmendedError(`the end of ${printed(range)} was not found in ${MOST_PAGES} pages`);
}

const sum = (a: Republished, b: Republished): Republished => ({
  outcomes: a.outcomes + b.outcomes,
  applied: a.applied + b.applied,
  stale: a.stale + b.stale,
  emitted: a.emitted + b.emitted,
});

const printed = ({ shardId, startSequenceNumber, endSequenceNumber }: StreamRange) =>
  `${shardId} ${startSequenceNumber}-${endSequenceNumber}`;
