/**
 * AWS's list prices in US dollars, region us-east-1, arm64, without free tier, savings plans or tiers, beside those that planning uses.
 * Read on 2026-11-21 from public copies of aws.amazon.com/lambda/pricing and /sqs/pricing. Check them there before you quote a figure.
 */
import { LAMBDA_DOLLARS_PER_GB_SECOND } from '../../core/policies/scheduling/prices';

export const PLATFORM_PRICES_AS_OF = '2026-11-21';
export const PLATFORM_PRICES = {
  lambdaRequest: 0.2e-6,
  onDemandGigabyteSecond: LAMBDA_DOLLARS_PER_GB_SECOND.onDemand,
  provisionedGigabyteSecond: LAMBDA_DOLLARS_PER_GB_SECOND.provisioned,
  provisionedDurationGigabyteSecond: LAMBDA_DOLLARS_PER_GB_SECOND.provisionedDuration,
  /** A request of up to 64 KiB; a batch of ten small messages is one. */
  sqsRequest: 0.4e-6,
  /** A provisioned poller, an hour. Not confirmed: a twentieth of the event poller unit that Kafka mappings are billed by. */
  pollerHour: 0.00925,
} as const;
