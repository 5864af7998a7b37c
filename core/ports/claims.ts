/** Objects in the app store: claim checks and object-put batches. */
export interface Claims {
  /** At most `maxBytes`; `missing` where there is no object, `too-large` with its size where it is larger. */
  read(
    key: string,
    maxBytes: number,
  ): Promise<{ status: 'ok'; body: Uint8Array } | { status: 'missing' } | { status: 'too-large'; bytes: number }>;
  /** Puts an object, over another of that key. Keys are made from content, so that a repeat changes nothing. */
  put(key: string, body: Uint8Array): Promise<void>;
}
