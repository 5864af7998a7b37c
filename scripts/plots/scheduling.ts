/** Writes the plots of docs/scheduling.md: `npx tsx scripts/plots/scheduling.ts`. A test compares them with what this would write. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyShares, erlangWaits, lostPooling } from './queueing-plots';
import { shedding } from './shedding-plot';
import { surge } from './surge-plot';

export const IMAGES = join(__dirname, '../../docs/images');

export const PLOTS: Readonly<Record<string, () => string>> = {
  'erlang-waits.svg': erlangWaits,
  'lost-pooling.svg': lostPooling,
  'busy-shares.svg': busyShares,
  'shedding.svg': shedding,
  'surge.svg': surge,
};

if (require.main === module) {
  mkdirSync(IMAGES, { recursive: true });
  for (const [file, draw] of Object.entries(PLOTS)) writeFileSync(join(IMAGES, file), draw());
}
