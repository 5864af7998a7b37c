/**
 * `npm run bench [-- --json] [-- --only bundles,overhead,price,drain,critical]`: Triage against what it replaces, as ratios, each
 * from one run. Uses the endpoint that is set, else the embedded emulator, which it stops again where it started it.
 */
import { parseArgs } from 'node:util';
import { bringUp } from '../../local/environment';
import { readSession } from '../../local/session';
import { createArena } from './arena';
import { measureBundles } from './bundles';
import { measureCritical } from './critical';
import { measureDrain } from './drain';
import { measureOverhead } from './overhead';
import { measurePrice } from './price';
import { print } from './report';

const PARTS = ['bundles', 'overhead', 'price', 'drain', 'critical'] as const;
type Part = (typeof PARTS)[number];
const HELP = `npm run bench -- [options]

  --json         figures as one JSON document on standard output
  --only PARTS   of ${PARTS.join(', ')}, separated by commas; default: all
  --help         this text

Exit code 0 when every chosen part was measured. Targets: bundleRatioMax <= 1.25, overheadMicrosPerEvent <= 100,
drainRatio >= 1, priceRatio <= 1, criticalP99Ratio <= 2 (or 50 ms more); which of them are met is told under "goals". See
docs/performance.md.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) return void process.stdout.write(`${HELP}\n`);
  const startedAt = performance.now();
  const chosen = partsOf(values.only);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const figures: Record<string, unknown> = {};
  if (chosen.has('bundles')) {
    say('bundles and cold imports');
    const functions = measureBundles();
    figures.bundleRatioMax = Math.max(...functions.map((each) => each.bundleRatio));
    figures.coldImportRatioMax = Math.max(...functions.map((each) => each.coldImportRatio));
    figures.bundles = functions;
  }
  if (chosen.has('overhead')) {
    say('overhead per event');
    const overhead = await measureOverhead();
    figures.overheadMicrosPerEvent = overhead.overheadMicrosPerEvent;
    figures.overhead = overhead;
  }
  if (['price', 'drain', 'critical'].some((part) => chosen.has(part as Part))) await onEndpoint(chosen, figures, say);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const circumstances = { measuredAt: new Date().toISOString(), seconds, node: process.version };
  print({ ...figures, ...circumstances }, values.json ?? false);
}

function partsOf(only: string | undefined): ReadonlySet<Part> {
  const asked = only?.split(',') ?? PARTS;
  const unknown = asked.filter((each) => !PARTS.includes(each as Part));
  if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')}. There are ${PARTS.join(', ')}.`);
  return new Set(asked as Part[]);
}

type Say = (line: string) => void;

async function onEndpoint(chosen: ReadonlySet<Part>, figures: Record<string, unknown>, say: Say): Promise<void> {
  const before = readSession();
  const session = await bringUp({ onProgress: say });
  try {
    figures.measuredOn = session.startedByUs ? 'embedded emulator' : session.endpoint;
    if (chosen.has('price') || chosen.has('drain')) await inArena(chosen, figures, say);
    // Last, since it leaves a backlog behind.
    if (chosen.has('critical'))
      await attempt('critical', figures, async () => {
        const critical = await measureCritical(session.environment, say);
        figures.criticalP99Ratio = critical.criticalP99Ratio;
        figures.critical = critical;
      });
  } finally {
    // An environment that was up before stays up.
    if (before === undefined) await session.stop();
  }
}

async function inArena(chosen: ReadonlySet<Part>, figures: Record<string, unknown>, say: Say): Promise<void> {
  const arena = await createArena(say);
  if (chosen.has('price'))
    await attempt('price', figures, async () => {
      say('price');
      const price = await measurePrice();
      figures.priceRatio = price.priceRatio;
      figures.price = price;
    });
  if (chosen.has('drain'))
    await attempt('drain', figures, async () => {
      const drain = await measureDrain(arena, say);
      figures.drainRatio = drain.drainRatio;
      figures.drain = drain;
    });
}

/** A part that fails does not take with it what the others measured; the exit code tells. */
async function attempt(part: Part, figures: Record<string, unknown>, measure: () => Promise<void>): Promise<void> {
  try {
    await measure();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${part}: ${reason}\n`);
    figures.failed = { ...(figures.failed as Record<string, string> | undefined), [part]: reason };
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
