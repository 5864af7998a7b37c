/**
 * What is known of AWS Lambda and SQS, with its source; read on 2026-11-21. What AWS does not document (routing, keep-alive, how a
 * mapping scales down) is a setting, never a fact.
 */
import { CONCURRENCY_PER_POLLER } from '../../core/contracts/scheduling';
import { type Distribution, quantileTable } from '../engine';

/** docs.aws.amazon.com/lambda/latest/dg: lambda-concurrency, provisioned-concurrency, services-sqs-scaling, gettingstarted-limits. */
export const LAMBDA_FACTS = {
  /** Environments that one function may start at once, and how many more each second (1,000 in 10 s). */
  startBurst: 1000,
  startsPerSecond: 100,
  /** Invocations a second per unit of concurrency. */
  requestsPerConcurrency: 10,
  /** Provisioned environments that are allocated a second (6,000 a minute). */
  provisionedPerSecond: 100,
  /** Concurrency that must stay unreserved. */
  unreservedLeast: 100,
  /** A standard mapping: where it starts, how many concurrent invocations it adds a second (300 a minute), where it ends. */
  standardStart: 5,
  standardPerSecond: 5,
  standardMost: 1250,
  /** Provisioned pollers: concurrent invocations of each, how many are added a second (1,000 a minute), where it ends. */
  concurrencyPerPoller: CONCURRENCY_PER_POLLER,
  pollersPerSecond: 1000 / 60,
  pollersMost: 20_000,
  /** A provisioned configuration is billed in steps of this. */
  provisionedBillingSeconds: 300,
  longPollSeconds: 20,
} as const;

/**
 * Init durations in ms of Node.js functions (zip, arm64, 512 MB) over 60 days: maxday/lambda-perf, Apache-2.0. They are of an empty
 * function: a real one adds its imports. The least value is not published: taken as half the median.
 */
export const LAMBDA_INIT_MS = {
  'nodejs20.x': { n: 586, p50: 131.84, p90: 141.12, p99: 163.99, max: 190.04 },
  'nodejs22.x': { n: 588, p50: 129.62, p90: 139.28, p99: 167.47, max: 214.56 },
  'nodejs24.x': { n: 594, p50: 124.81, p90: 136.1, p99: 167.52, max: 290.23 },
} as const;

/** The measured distribution, in seconds; `scale` for a function that does more in its init. */
export function lambdaInit(runtime: keyof typeof LAMBDA_INIT_MS, scale = 1): Distribution {
  const { p50, p90, p99, max } = LAMBDA_INIT_MS[runtime];
  const points = [
    { level: 0, value: p50 / 2 },
    { level: 0.5, value: p50 },
    { level: 0.9, value: p90 },
    { level: 0.99, value: p99 },
    { level: 1, value: max },
  ];
  return quantileTable(points, scale / 1000);
}
