/** Splits what a batch API is to take by its two limits: entries and bytes per call. */
export function chunked<T>(
  entries: readonly T[],
  limits: { readonly entries: number; readonly bytes: number },
  bytesOf: (entry: T) => number,
): T[][] {
  const chunks: T[][] = [];
  let open: T[] = [];
  let openBytes = 0;
  for (const entry of entries) {
    const bytes = bytesOf(entry);
    if (open.length > 0 && (open.length === limits.entries || openBytes + bytes > limits.bytes)) {
      chunks.push(open);
      open = [];
      openBytes = 0;
    }
    open.push(entry);
    openBytes += bytes;
  }
  if (open.length > 0) chunks.push(open);
  return chunks;
}
