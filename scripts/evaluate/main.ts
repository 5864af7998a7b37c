/**
 * `npm run evaluate [-- --quick | --full] [--trace FILE]… [--json FILE]`: every table of the evaluation, made again. Markdown on
 * standard output and, with the JSON and the page with plots, in files; progress on standard error.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { EXTENTS } from '../../simulator/evaluation/experiments';
import { type EvaluateOptions, evaluate } from './evaluate';
import { htmlReport } from './html';
import { markdownReport } from './markdown';

const command = new Command('evaluate')
  .description('Triage against its rivals on the simulator, by the definitions in docs/evaluation.md')
  .option('--quick', 'within a minute: few seeds, short windows')
  .option('--full', 'hours: 20 seeds of everything')
  .option(
    '--trace <file>',
    'a measured trace beside the built-in workloads; may be repeated',
    (file: string, all: string[]) => [...all, file],
    [],
  )
  .option(
    '--json <file>',
    'where the JSON goes; the Markdown and the page with plots go beside it',
    join('.triage', 'evaluation', 'report.json'),
  )
  .option('--processes <count>', 'how many simulate at once', String(Math.min(2, availableParallelism())));

command.parse();
const options = command.opts<{ quick?: boolean; full?: boolean; trace: string[]; json: string; processes: string }>();
if (options.quick === true && options.full === true) command.error('--quick and --full exclude each other');

const wanted: EvaluateOptions = {
  extent: EXTENTS[options.quick === true ? 'quick' : options.full === true ? 'full' : 'default'],
  traces: options.trace,
  processes: Math.max(1, Number(options.processes)),
};

async function main(): Promise<void> {
  const started = performance.now();
  const report = await evaluate(wanted, (line) => process.stderr.write(`${line}\n`));
  const base = options.json.replace(/\.json$/, '');
  mkdirSync(dirname(base), { recursive: true });
  const markdown = markdownReport(report);
  writeFileSync(`${base}.json`, `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(`${base}.md`, markdown);
  writeFileSync(`${base}.html`, htmlReport(report));
  process.stdout.write(`${markdown}\n`);
  process.stderr.write(`${base}.json, .md, .html after ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
