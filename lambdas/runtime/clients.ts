/**
 * One client per service, at module scope so that a warm function keeps its connections. The annotations let the bundler drop the
 * clients that a function does not import.
 */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Three attempts of this length still fit into the shortest function's time-out (5 s). Without it a hung call would never end. */
const REQUEST_TIMEOUT_MS = 1_000;
/** Up to 1 MB of records, and never on an event's way. */
const STREAM_REQUEST_TIMEOUT_MS = 5_000;
/** Management APIs, which only functions with half a minute call. */
const API_REQUEST_TIMEOUT_MS = 5_000;
/** Objects of up to 10 MiB. */
const OBJECT_REQUEST_TIMEOUT_MS = 10_000;

/** What a payment may take, hang included; a step's function has longer. */
const PAYMENT_REQUEST_TIMEOUT_MS = 3_000;
/** A state machine repeats its steps; what they call is repeated once here, so that there are never more than eight tries in all. */
const STEP_ATTEMPTS = 2;

const settings = (requestTimeout: number, maxAttempts = 3) => ({
  maxAttempts,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true }),
});

const createSqs = () =>
  new SQSClient({
    ...settings(REQUEST_TIMEOUT_MS),
    // The region's endpoint, or the one that is set: a queue URL may name a host that cannot be reached from here.
    useQueueUrlAsEndpoint: false,
  });
const createS3 = () =>
  new S3Client({
    ...settings(OBJECT_REQUEST_TIMEOUT_MS),
    // Emulators serve buckets under their path; AWS takes both forms.
    forcePathStyle: true,
  });

// Calls without a spread or an accessor in sight: only such are dropped where nothing imports them.
export const dynamo = /* @__PURE__ */ new DynamoDBClient(/* @__PURE__ */ settings(REQUEST_TIMEOUT_MS));
export const stepDynamo = /* @__PURE__ */ new DynamoDBClient(
  /* @__PURE__ */ settings(REQUEST_TIMEOUT_MS, STEP_ATTEMPTS),
);
export const dynamoStreams = /* @__PURE__ */ new DynamoDBStreamsClient(
  /* @__PURE__ */ settings(STREAM_REQUEST_TIMEOUT_MS),
);
export const sqs = /* @__PURE__ */ createSqs();
export const eventBridge = /* @__PURE__ */ new EventBridgeClient(/* @__PURE__ */ settings(REQUEST_TIMEOUT_MS));
export const s3 = /* @__PURE__ */ createS3();
export const cloudWatch = /* @__PURE__ */ new CloudWatchClient(/* @__PURE__ */ settings(API_REQUEST_TIMEOUT_MS));
export const lambda = /* @__PURE__ */ new LambdaClient(/* @__PURE__ */ settings(API_REQUEST_TIMEOUT_MS));
export const sfn = /* @__PURE__ */ new SFNClient(/* @__PURE__ */ settings(REQUEST_TIMEOUT_MS));
/** Never repeats by itself: whether a payment was made is for the step to ask. */
export const paymentLambda = /* @__PURE__ */ new LambdaClient(/* @__PURE__ */ settings(PAYMENT_REQUEST_TIMEOUT_MS, 1));
