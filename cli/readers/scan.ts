/** Reads of whole tables, for the audit and for status. They cost read units in proportion to the table: no function does this. */
import { type AttributeValue, type DynamoDBClient, ScanCommand, type ScanCommandInput } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

const SEGMENTS = 4;

/** Every item. Consistent, so that what was written before is there. */
export async function scan(
  dynamo: DynamoDBClient,
  input: Omit<ScanCommandInput, 'Segment' | 'TotalSegments'>,
): Promise<Item[]> {
  const segments = Array.from({ length: SEGMENTS }, (_, segment) =>
    pages(
      dynamo,
      { ConsistentRead: true, ...input, Segment: segment, TotalSegments: SEGMENTS },
      Number.POSITIVE_INFINITY,
    ),
  );
  return (await Promise.all(segments)).flatMap(({ items }) => items);
}

/** At most so many pages of 1 MB. Keys are digests, so the first pages are as good a sample as any. */
export async function sample(dynamo: DynamoDBClient, input: ScanCommandInput, most: number) {
  return pages(dynamo, input, most);
}

async function pages(dynamo: DynamoDBClient, input: ScanCommandInput, most: number) {
  const items: Item[] = [];
  let from: Item | undefined;
  let read = 0;
  do {
    const page = await dynamo.send(new ScanCommand({ ...input, ...(from ? { ExclusiveStartKey: from } : {}) }));
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
    read += 1;
  } while (from && read < most);
  return { items, complete: from === undefined };
}
