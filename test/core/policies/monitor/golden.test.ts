/**
 * Proves that every recorded case gets exactly the decisions written beside it, however its events are cut into batches and
 * however often those are delivered. The cases were written by hand from the documented formats.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogDecision } from '../../../../core/policies/monitor/decision';
import { batchOf, decisionsOf } from './support';

interface Expected {
  readonly line: number;
  readonly decision: string;
  readonly kind: string;
  readonly reason: string;
  readonly confidence: string;
  readonly requestId?: string;
  readonly errorName?: string;
}
interface Case {
  readonly name: string;
  readonly version?: string;
  /** Text, or its head with so many characters after it. */
  readonly lines: readonly (string | { readonly head: string; readonly pad?: number })[];
  /** Lines that are not named here lead to nothing. */
  readonly expect: readonly Expected[];
  /** How many lines of evidence the diagnosis shows. */
  readonly evidenceLines?: number;
}

const folder = join(__dirname, '../../../fixtures/logs');
const cases = readdirSync(folder).flatMap((file) =>
  readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => ({ file: file.replace('.ndjson', ''), ...(JSON.parse(line) as Case) })),
);

const messagesOf = ({ lines }: Case) =>
  lines.map((line) => (typeof line === 'string' ? line : line.head + 'x'.repeat(line.pad ?? 0)));

function told(decisions: readonly LogDecision[]): Expected[] {
  return decisions.flatMap((each, line) => {
    if (each.decision === 'none') return [];
    const { kind, confidence, requestId, errorName } = each.diagnosis;
    return [
      {
        line,
        decision: each.decision,
        kind,
        reason: each.reason.code,
        confidence,
        ...(requestId === undefined ? {} : { requestId }),
        ...(errorName === undefined ? {} : { errorName }),
      },
    ];
  });
}

/** Where a case does not name the request or the error's name, any will do. */
function compare(decisions: readonly LogDecision[], { expect: expected }: Case) {
  const got = told(decisions);
  expect(got.length).toBe(expected.length);
  got.forEach((each, index) => {
    expect(each).toMatchObject(expected[index] as Expected);
  });
}

describe('the recorded cases', () => {
  it('are at least 200, and there are some of every kind', () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
    const kinds = new Set(cases.flatMap((each) => each.expect.map(({ kind }) => kind)));
    expect(kinds.size).toBe(10);
  });

  it.each(cases.map((each) => [`${each.file}: ${each.name}`, each] as const))('%s', (_name, each) => {
    const messages = messagesOf(each);
    const version = each.version ?? '7';
    const whole = batchOf(messages, { version });
    const single = messages.map((message, from) => batchOf([message], { from, version }));
    const decisions = decisionsOf([whole]);
    compare(decisions, each);
    expect(decisionsOf(single)).toEqual(decisions);
    expect(decisionsOf([whole, whole]).slice(messages.length)).toEqual(
      messages.map(() => ({ decision: 'none', reason: { code: 'repeated', args: {} } })),
    );
    if (each.evidenceLines === undefined) return;
    const last = decisions.at(-1);
    const lines = last?.decision === 'diagnosis' ? last.diagnosis.evidence.flatMap((one) => one.lines) : [];
    expect(lines).toHaveLength(each.evidenceLines);
  });
});
