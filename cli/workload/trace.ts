/**
 * Measured arrivals, in the formats that their publishers use: World Cup 98 requests per minute (`period,count`), arrivals with
 * their second (`arrival_seconds,...`; the original's `TIMESTAMP,...` too), and invocations per function and minute
 * (`function,minute_1,...`; the original's `HashOwner,HashApp,HashFunction,Trigger,1,...` too). Compressed or not.
 */
import { gunzipSync } from 'node:zlib';
import type { Bin } from './schedule';

export interface TraceTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The file's cells, decompressed where it is compressed. */
export function readTraceTable(file: Uint8Array): TraceTable {
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;
  const [header = '', ...lines] = Buffer.from(bytes)
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return { columns: header.split(','), rows: lines.map((line) => line.split(',')) };
}

export function parseTrace(file: Uint8Array): Bin[] {
  const { columns, rows } = readTraceTable(file);
  const bins = binsOf(columns, rows);
  const faulty = bins?.findIndex((bin) => !Number.isFinite(bin.startSeconds) || !(bin.count >= 0));
  if (bins === undefined || bins.length === 0)
    throw new Error(
      `not a trace: its first line is "${columns.join(',').slice(0, 60)}". A trace begins with the columns "period,count", "arrival_seconds" or "TIMESTAMP", or "function,minute_1,..."`,
    );
  if (faulty !== undefined && faulty >= 0) throw new Error(`line ${faulty + 2} of the trace is not a time and a count`);
  const inOrder = bins.toSorted((a, b) => a.startSeconds - b.startSeconds);
  const start = inOrder[0]?.startSeconds ?? 0;
  return inOrder.map((bin) => ({ ...bin, startSeconds: bin.startSeconds - start }));
}

function binsOf(columns: readonly string[], rows: readonly (readonly string[])[]): Bin[] | undefined {
  const [first] = columns;
  if (first === 'period') return rows.map(([period, count]) => minute(secondsOf(period), Number(count)));
  if (first === 'arrival_seconds') return rows.map(([at]) => ({ startSeconds: Number(at), seconds: 0, count: 1 }));
  if (first === 'TIMESTAMP') return rows.map(([at]) => ({ startSeconds: secondsOf(at), seconds: 0, count: 1 }));
  const firstMinute = columns.findIndex((name) => name === 'minute_1' || name === '1');
  return firstMinute < 0 ? undefined : perMinute(columns.length - firstMinute, firstMinute, rows);
}

/** All functions together: which of them was called says nothing to a lane. */
function perMinute(minutes: number, offset: number, rows: readonly (readonly string[])[]): Bin[] {
  return Array.from({ length: minutes }, (_, index) =>
    minute(
      index * 60,
      rows.reduce((sum, row) => sum + Number(row[offset + index]), 0),
    ),
  );
}

const minute = (startSeconds: number, count: number): Bin => ({ startSeconds, seconds: 60, count });
/** Local times without a zone: only their differences count. */
const secondsOf = (text = ''): number => Date.parse(`${text.trim().replace(' ', 'T').slice(0, 23)}Z`) / 1000;
