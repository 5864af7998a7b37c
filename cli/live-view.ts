/** The demo's progress: a table that is redrawn in a terminal, a line for each lane that moved in a pipe. */
import type { Connection } from './connection';
import { type LaneFigures, laneFigures } from './measure';
import { duration, print, table } from './output';
import { readAcceptances, readRecords } from './readers/ledger';

const REDRAW_MS = 2_000;

export interface LiveView {
  start(phase: () => string): void;
  stop(): Promise<void>;
  figures(): readonly LaneFigures[];
  table(): string;
  /** When the first outcome was decided, epoch milliseconds. */
  readonly firstReactionMs: number | undefined;
}

export function createLiveView(
  connection: Connection,
  options: { readonly fromMs: number; readonly quiet: boolean },
): LiveView {
  const lanes = connection.configuration.lanes.map(({ name }) => name);
  const live = process.stdout.isTTY && !options.quiet;
  let figures: LaneFigures[] = [];
  let firstReactionMs: number | undefined;
  let drawnLines = 0;
  let running = false;
  let loop: Promise<void> = Promise.resolve();
  let wake = () => {};

  async function look(): Promise<void> {
    const [acceptances, all] = await Promise.all([
      readAcceptances(connection, options.fromMs),
      readRecords(connection),
    ]);
    const records = all.filter(({ outcome }) => (outcome?.acceptedAtMs ?? 0) >= options.fromMs);
    const decided = records.flatMap(({ outcome }) => (outcome ? [outcome.decidedAtMs] : []));
    if (decided.length > 0) firstReactionMs = decided.reduce((a, b) => Math.min(a, b));
    figures = laneFigures(lanes, acceptances, records, Date.now());
  }

  function draw(phase: string): void {
    if (options.quiet) return;
    if (!live) {
      print(lines(phase).join('\n'));
      return;
    }
    const text = `${phase}\n${laneTable(figures)}`;
    if (drawnLines > 0) process.stdout.write(`\x1b[${drawnLines}A\x1b[0J`);
    print(text);
    drawnLines = text.split('\n').length;
  }

  const lines = (phase: string) =>
    figures.map(
      (each) =>
        `${phase} ${each.lane} in=${each.accepted} waiting=${each.open} done=${each.outcomes.DONE} dead=${each.outcomes.DEAD} p50=${compact(each.p50Ms)} p99=${compact(each.p99Ms)} oldest=${compact(each.oldestMs)}`,
    );

  return {
    start: (phase) => {
      running = true;
      loop = (async () => {
        while (running) {
          await look();
          if (running) draw(phase() || 'starting');
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, REDRAW_MS);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
      })();
      // A failed look is the same failure that the sender or the audit reports, with its remedy.
      loop = loop.catch(() => undefined);
    },
    stop: async () => {
      running = false;
      wake();
      await loop;
      await look();
      if (live && drawnLines > 0) process.stdout.write(`\x1b[${drawnLines}A\x1b[0J`);
    },
    figures: () => figures,
    table: () => laneTable(figures),
    get firstReactionMs() {
      return firstReactionMs;
    },
  };
}

const compact = (ms: number | undefined) => duration(ms).replace(' ', '');

function laneTable(figures: readonly LaneFigures[]): string {
  return table(
    ['lane', 'in', 'waiting', 'done', 'dead', 'expired', 'p50', 'p99', 'oldest'],
    figures.map((each) => [
      each.lane,
      each.accepted,
      each.open,
      each.outcomes.DONE,
      each.outcomes.DEAD,
      each.outcomes.EXPIRED,
      duration(each.p50Ms),
      duration(each.p99Ms),
      duration(each.oldestMs),
    ]),
  );
}
