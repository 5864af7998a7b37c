/** The report in Markdown. */
import type { Report } from './evaluate';
import { headlineMarkdown } from './headline';
import { table } from './text';

export function markdownReport(report: Report): string {
  const { made } = report;
  const { base } = made;
  return [
    '# Triage against its rivals, on the simulator',
    'Definitions, choices and what cannot be claimed: docs/evaluation.md. No figure here was measured on AWS.',
    `Extent \`${made.extent.name}\`; account of ${base.accountConcurrency} concurrent executions; h + s = ${base.eventSeconds} s (scv of s ${base.scv}); keep-alive ${base.keepAliveSeconds} s, newest idle first; provisioned lag ${base.lagSeconds} s; ${base.warmUpMinutes} min run and not counted, ${made.extent.measuredMinutes} min counted; parameters ${made.parametersHash}.`,
    '## Table 1: improvement over the reference',
    headlineMarkdown(report.table1),
    '## Systems',
    table(
      ['system', 'what it is', 'knobs tuned'],
      made.systems.map(({ name, about, knobs }) => [name, about, String(knobs)]),
    ),
  ].join('\n\n');
}
