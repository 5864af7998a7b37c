/** Objects in the app store; reads are bounded in size before the body is taken. */
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Claims } from '../../core/ports/claims';

export function createClaims({ s3, bucket }: { readonly s3: S3Client; readonly bucket: string }): Claims {
  return {
    read: async (key, maxBytes) => {
      const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      if (answer?.Body === undefined) return { status: 'missing' };
      const bytes = answer.ContentLength ?? 0;
      if (bytes > maxBytes) {
        // Unread bodies hold their connection.
        (answer.Body as { destroy?: () => void }).destroy?.();
        return { status: 'too-large', bytes };
      }
      return { status: 'ok', body: await answer.Body.transformToByteArray() };
    },
    put: async (key, body) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
  };
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
