/** What was refused and kept. */
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { QuarantinedEntry } from '../../core/ports';
import type { Connection } from '../connection';

export interface QuarantinedBatch {
  readonly object: string;
  readonly atMs: number;
  readonly stage: string;
  readonly entries: readonly QuarantinedEntry[];
}

/** Batches refused in that time. An object's own date is not earlier, so it tells which ones need no look. */
export async function readQuarantine(
  connection: Connection,
  sinceMs = 0,
  untilMs = Number.POSITIVE_INFINITY,
): Promise<QuarantinedBatch[]> {
  const { clients, names, account, region } = connection;
  const bucket = names.quarantineBucket(account, region);
  const batches: QuarantinedBatch[] = [];
  for await (const page of paginateListObjectsV2({ client: clients.s3 }, { Bucket: bucket })) {
    const keys = (page.Contents ?? []).filter((each) => (each.LastModified?.getTime() ?? sinceMs) >= sinceMs - 1_000);
    const read = keys.map(async ({ Key = '' }) => {
      const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const stored = JSON.parse((await Body?.transformToString()) ?? '{}') as Partial<QuarantinedBatch>;
      return { object: Key, atMs: stored.atMs ?? 0, stage: stored.stage ?? '', entries: stored.entries ?? [] };
    });
    batches.push(...(await Promise.all(read)));
  }
  return batches.filter(({ atMs }) => atMs < untilMs);
}
