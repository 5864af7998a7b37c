/**
 * AWS's list prices in US dollars, region us-east-1, without free tier, savings plans or tiers. Read on 2026-11-21 from public
 * copies of the pricing pages: aws.amazon.com/dynamodb/pricing/on-demand, /sqs/pricing, /lambda/pricing (arm64),
 * /eventbridge/pricing, /s3/pricing. Check them there before you quote a figure.
 */
export const PRICES_AS_OF = '2026-11-21';
export const PRICES = {
  dynamoWriteUnit: 0.625e-6,
  dynamoReadUnit: 0.125e-6,
  /** A request of up to 64 KiB; a batch of ten small messages is one. */
  sqsRequest: 0.4e-6,
  lambdaRequest: 0.2e-6,
  lambdaGigabyteSecond: 0.0000133334,
  eventBridgeEvent: 1e-6,
  s3Put: 5e-6,
} as const;
export type Priced = keyof typeof PRICES;
