/** An event whose data lies in the app store gets it before its units run, or its saga begins. */
import { createHash } from 'node:crypto';
import { TerminalError } from '../contracts/errors';
import type { CloudEvent, Envelope } from '../contracts/event';
import type { Claims } from '../ports';

/** Design limit of a claim check. */
const MOST_BYTES = 10 * 1024 * 1024;

export async function withData(claims: Claims, envelope: Envelope): Promise<Envelope> {
  const { event } = envelope;
  if (event.dataref === undefined || event.data !== undefined) return envelope;
  const read = await claims.read(keyOf(event.dataref), MOST_BYTES);
  if (read.status === 'missing') throw new TerminalError(`the object at dataref ${event.dataref} is missing`);
  if (read.status === 'too-large')
    throw new TerminalError(`the object at dataref has ${read.bytes} bytes, at most ${MOST_BYTES}`);
  return { ...envelope, event: { ...event, data: parsed(event, read.body) } };
}

function parsed(event: CloudEvent, body: Uint8Array): unknown {
  if (event.datarefsize !== undefined && event.datarefsize !== body.byteLength)
    throw new TerminalError(`the object at dataref has ${body.byteLength} bytes, not ${event.datarefsize}`);
  if (event.datarefdigest !== undefined && event.datarefdigest !== createHash('sha256').update(body).digest('hex'))
    throw new TerminalError('the object at dataref has another digest than the event says');
  const text = new TextDecoder().decode(body);
  if (!/^application\/([^;]+\+)?json\b/.test(event.datacontenttype ?? 'application/json')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new TerminalError('the object at dataref is not JSON');
  }
}

/** `s3://bucket/key`, or the key alone; ingestion has checked that it lies under the producer's own prefix. */
function keyOf(dataref: string): string {
  return /^s3:\/\/[^/]+\/(.+)$/.exec(dataref)?.[1] ?? dataref.replace(/^\//, '');
}
