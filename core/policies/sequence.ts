/** Order of the `sequence` attribute: digits are compared as numbers of any length, anything else as text. */
export function compareSequences(a: string, b: string): number {
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const left = a.replace(/^0+(?=\d)/, '');
  const right = b.replace(/^0+(?=\d)/, '');
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether an event comes too late for a context: its sequence is no greater than the last one folded in. */
export function isSuperseded(sequence: string | undefined, folded: string | undefined): boolean {
  return sequence !== undefined && folded !== undefined && compareSequences(sequence, folded) <= 0;
}
