import type { OutcomeStream } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

/** So few that a test meets more than one page. */
const RECORDS_PER_PAGE = 2;

/** Sequence numbers count the writes of records, from 1; what stands before `streamFrom` has been trimmed. */
export function createMemoryOutcomeStream({ world }: { readonly world: MemoryWorld }): OutcomeStream {
  return {
    read: (range, from) =>
      perform(world, 'stream', 'read', [range, from], () => {
        const { stream, streamFrom } = world.state;
        const start = Number(from ?? range.startSequenceNumber);
        const last = Math.min(Number(range.endSequenceNumber), start + RECORDS_PER_PAGE - 1);
        if (start < streamFrom) return { status: 'gone' as const };
        return {
          status: 'ok' as const,
          records: stream
            .slice(start - streamFrom, last - streamFrom + 1)
            .filter(({ outcome }) => outcome !== undefined),
          unreadable: [],
          ...(last < Number(range.endSequenceNumber) ? { next: String(last + 1) } : {}),
        };
      }),
  };
}
