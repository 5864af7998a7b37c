/** What the batch refused for having another body goes to quarantine: one object for all of it, before anything is acknowledged. */
import type { QuarantinedEntry } from '../../../core/ports';
import { giveBack } from './settle';
import type { Refused, Runner, SettledWork } from './types';
import { mapLimit } from './types';

/**
 * Refused messages go back where the object was not written. In an ordered lane too, without what came after them: such a message
 * never runs, so nothing overtakes it.
 */
export async function keepRefused(runner: Runner, settled: readonly SettledWork[]): Promise<readonly SettledWork[]> {
  const entries = settled.flatMap((each) =>
    each.settled.status === 'quarantined' ? entryOf(each.settled.refused) : [],
  );
  if (entries.length === 0) return settled;
  try {
    await runner.ports.quarantine.keep({ atMs: runner.tools.now(), stage: 'execution', entries });
    return settled;
  } catch (error) {
    return mapLimit(settled, runner.settings.parallel, async (each) =>
      each.settled.status === 'quarantined'
        ? { delivery: each.delivery, settled: await giveBack(runner, each.settled.refused.work, error) }
        : each,
    );
  }
}

function entryOf({ work, reason }: Refused): QuarantinedEntry {
  const { envelope } = work.delivery.message;
  const { wayIn, tenant, key } = envelope;
  return { raw: JSON.stringify(envelope.event), reason, wayIn, tenant, key };
}
