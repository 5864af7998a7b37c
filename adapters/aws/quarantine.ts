/** Refused entries as objects, one per batch, at a key made from their content. */
import { createHash } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Quarantine } from '../../core/ports/quarantine';

export function createQuarantine({ s3, bucket }: { readonly s3: S3Client; readonly bucket: string }): Quarantine {
  return {
    keep: async ({ atMs, stage, entries }) => {
      const digest = createHash('sha256').update(JSON.stringify(entries)).digest('hex');
      const key = `${stage}/${digest}.json`;
      await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: JSON.stringify({ v: 1, atMs, stage, entries }),
          ContentType: 'application/json',
        }),
      );
      return key;
    },
  };
}
