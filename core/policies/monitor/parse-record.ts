/** One log event as a record, or why it is none. */
import { parseJson } from './parse-json';
import { parseText } from './parse-text';
import type { LogRecord } from './record';

/** Lambda cuts what a function writes at 256 KB; a little less, for what the cut itself may take. */
export const CUT_BYTES = 250_000;

export function parseRecord(message: string): LogRecord | undefined {
  return message.startsWith('{') ? parseJson(message) : parseText(message);
}

export function isCut(message: string): boolean {
  return message.length * 3 >= CUT_BYTES && Buffer.byteLength(message, 'utf8') >= CUT_BYTES;
}

/** A line that goes on with the one before: a frame of a stack, a cause, the name under `Runtime exited`. */
export function isContinuation(message: string): boolean {
  return /^(\s+\S|Caused by: |Traceback \(most recent call last\)|\.{3} \d+ more|[}\])]+\s*$|Runtime\.[A-Za-z]{1,40}\s*$)/.test(
    message.slice(0, 200),
  );
}
