/** Proves that what the simulated functions log has the form of the recorded cases, line by line: the monitor is shown nothing easier. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type HowEnded,
  LOG_FORMATS,
  type LoggedRequest,
  linesOfEnd,
  linesOfStart,
} from '../../../simulator/recovery/log-lines';

const folder = join(__dirname, '../../fixtures/logs');

/** Ids, versions, times, amounts and names of functions differ; an error's name and a status do not. */
const formOf = (line: string): string => {
  const text = line.startsWith('{') ? JSON.stringify(JSON.parse(line)) : line;
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
    .replace(/"triage-[a-z-]+"/g, 'NAME')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\d+(\.\d+)?/g, 'N');
};
const recorded = new Set(
  readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .trim()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as { lines: unknown[] }).lines)
      .filter((line) => typeof line === 'string')
      .map(formOf),
  ),
);
const request: LoggedRequest = {
  id: '00000000-0000-4000-8000-000000000001',
  functionName: 'triage-sim-booking-ticket',
  version: '2',
  atMs: 1_800_000_000_000,
};
const ends: readonly HowEnded[] = [
  { how: 'well' },
  { how: 'thrown', name: 'TypeError' },
  { how: 'thrown', name: 'AccessDenied' },
  { how: 'timed out', seconds: 15 },
  { how: 'exited' },
  { how: 'killed' },
];

describe.each(LOG_FORMATS)('in the format %s', (format) => {
  it.each(ends)('a request that ended %j is logged in lines that were recorded', (ended) => {
    const lines = [...linesOfStart(format, request, true), ...linesOfEnd(format, request, ended)];
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.filter((line) => !recorded.has(formOf(line)))).toEqual([]);
  });
});

it('is compared with enough: a line of nobody is not among the recorded forms', () => {
  expect(recorded.size).toBeGreaterThan(100);
  expect(recorded.has(formOf('RequestId: 00000000-0000-4000-8000-000000000001 Error: something else\n'))).toBe(false);
});
