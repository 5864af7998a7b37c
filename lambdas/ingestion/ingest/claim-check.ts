/** Checks that what stands behind a claim check is what the event says: there, of that size, with that digest. */
import { bytesDigest } from '../../../core/contracts/identity';
import { MAX_OBJECT_BYTES } from '../../../core/contracts/parse-event';
import type { Claims } from '../../../core/ports';
import type { Refusal } from './intake';
import { type Placed, refusePlaced } from './place';

/** `undefined`: nothing to refuse. Rejects where the object could not be read: a retry can mend that. */
export async function checkClaim(placed: Placed, claims: Claims): Promise<Refusal | undefined> {
  const { dataref, datarefsize, datarefdigest } = placed.draft.event;
  if (dataref === undefined) return undefined;
  const read = await claims.read(dataref, MAX_OBJECT_BYTES);
  if (read.status === 'missing') return refusePlaced(placed, 'claim-missing', `${dataref} is not there`);
  const mismatch = (what: string) => refusePlaced(placed, 'claim-mismatch', `${dataref} ${what}`);
  const bytes = read.status === 'too-large' ? read.bytes : read.body.length;
  if (read.status === 'too-large' || bytes !== datarefsize)
    return mismatch(`has ${bytes} bytes, the event says ${datarefsize}`);
  const digest = bytesDigest(read.body);
  return digest === datarefdigest ? undefined : mismatch(`has digest ${digest}, the event says ${datarefdigest}`);
}
