/**
 * AWS's list prices in US dollars, region us-east-1, without free tier, savings plans or volume tiers.
 *
 * How they were checked on the date below: AWS's own pricing pages fill in their tables by script and could not be read as text
 * here. The billing rules (what a unit is) are from them; the numbers are from pages that quote them, and each was found as it
 * stands here. Look them up at `page` before you quote a figure.
 */
export const PRICES_AS_OF = '2026-11-21';

interface Price {
  readonly dollars: number;
  /** What AWS bills as one. */
  readonly per: string;
  /** Where AWS publishes it. */
  readonly page: string;
  /** Where the number was read; dates as those pages give them. */
  readonly readAt: string;
}

export const PRICE_LIST = {
  dynamoWriteUnit: {
    dollars: 0.625e-6,
    per: 'on-demand write request unit: 1 KB; two for a transactional write',
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    readAt: 'airbyte.com/data-engineering-resources/dynamodb-pricing ($0.625 per million)',
  },
  dynamoReadUnit: {
    dollars: 0.125e-6,
    per: 'on-demand read request unit: 4 KB consistent; half a unit where eventually consistent',
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    readAt: 'airbyte.com/data-engineering-resources/dynamodb-pricing ($0.125 per million)',
  },
  sqsRequest: {
    dollars: 0.4e-6,
    per: 'request on a standard queue, for each started 64 KB; a batch of ten small messages is one',
    page: 'https://aws.amazon.com/sqs/pricing/',
    readAt: 'cloudburn.io/blog/amazon-sqs-pricing (March 2026), factualminds.com (June 2026)',
  },
  sqsFairRequest: {
    dollars: 0.5e-6,
    per: 'the same for messages with a group id on a standard queue (fair queues)',
    page: 'https://aws.amazon.com/sqs/pricing/',
    // One page only. Where it is wrong, the lanes' requests cost a fifth less: it counts against Triage.
    readAt:
      'cloudburn.io/blog/amazon-sqs-pricing (March 2026): $0.10 per million more than standard; not confirmed elsewhere',
  },
  lambdaRequest: {
    dollars: 0.2e-6,
    per: 'invocation',
    page: 'https://aws.amazon.com/lambda/pricing/',
    readAt: 'cloudchipr.com/blog/aws-lambda-pricing and others ($0.20 per million)',
  },
  lambdaGigabyteSecond: {
    dollars: 0.0000133334,
    per: 'GB-second on arm64, first tier, by the started millisecond',
    page: 'https://aws.amazon.com/lambda/pricing/',
    readAt:
      'cloudchipr.com/blog/aws-lambda-pricing, and the artillery package 2.0.28 (lib/platform/aws-lambda/prices.js)',
  },
} as const satisfies Record<string, Price>;

export type Priced = keyof typeof PRICE_LIST;
