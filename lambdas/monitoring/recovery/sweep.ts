/** Recovery's rounds: what the monitor names, or all that is due; while something is due within moments the round waits for it. */
import type { RecoverySettings } from '../../../core/policies/recovery/settings';
import { type RecoveryPorts, recover, type Tools, type Treated } from './core';

/** The handler may not look into policies. */
export { DEFAULT_RECOVERY } from '../../../core/policies/recovery/settings';

export type { RecoveryPorts } from './core';

export interface SweepTools extends Tools {
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Epoch ms: nothing begins after it. */
  readonly untilMs: number;
}

const MOST_DUE = 50;
const LOOK_EVERY_MS = 2_000;

export type Swept = Readonly<Partial<Record<Treated | 'error', number>>>;

/** Of the named ones, once. */
export async function recoverAll(
  ports: RecoveryPorts,
  settings: RecoverySettings,
  ids: readonly string[],
  tools: SweepTools,
): Promise<Swept> {
  const counts: Partial<Record<Treated | 'error', number>> = {};
  for (const id of ids) {
    if (tools.now() >= tools.untilMs) break;
    const treated = await recover(ports, settings, id, tools).catch((error: unknown) => {
      // Its lease ends, and the next round meets it again.
      ports.log.error('an incident was not dealt with', { incident: id, error });
      return 'error' as const;
    });
    counts[treated] = (counts[treated] ?? 0) + 1;
  }
  return counts;
}

/** Rounds until nothing is due within the time that is left. */
export async function sweep(ports: RecoveryPorts, settings: RecoverySettings, tools: SweepTools): Promise<Swept> {
  let total: Swept = {};
  for (;;) {
    total = add(total, await recoverAll(ports, settings, await ports.incidents.due(tools.now(), MOST_DUE), tools));
    const soon = await ports.incidents.due(tools.untilMs, 1);
    if (soon.length === 0 || tools.now() + LOOK_EVERY_MS >= tools.untilMs) return total;
    await tools.sleep(LOOK_EVERY_MS);
  }
}

function add(total: Swept, part: Swept): Swept {
  const sum: Partial<Record<Treated | 'error', number>> = { ...total };
  for (const [name, count] of Object.entries(part) as [Treated | 'error', number][])
    sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
