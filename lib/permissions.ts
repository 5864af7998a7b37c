/** What each function may do, side by side. Nothing here has a star action, and no resource is wider than a table, queue or prefix. */
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { LaneConfiguration } from '../core/contracts/configuration';
import { DEAD_INDEX, DUE_INDEX, OPEN_INDEX } from '../core/contracts/names';
import type { ControlledLane } from './constructs/lane-controller';
import { allow } from './constructs/platform-function';
import { type CoordinatedSaga, type PlatformStack, paymentFunctions } from './platform-stack';

/** Where coordinators keep requests that are too large to travel. */
export const SAGA_CLAIMS = 'claims/sagas/';
const SEND = ['sqs:SendMessage', 'sqs:GetQueueUrl'];
const RECEIVE = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
];
/** A transaction needs the permissions of its parts; there is none of its own. */
const RECORDS = [
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:ConditionCheckItem',
];

export function receiveFrom(stack: PlatformStack, queueNames: readonly string[]): PolicyStatement {
  return allow(
    RECEIVE,
    queueNames.map((name) => stack.queueArn(name)),
  );
}

function sendTo(stack: PlatformStack, queueNames: readonly string[]): PolicyStatement {
  return allow(
    SEND,
    queueNames.map((name) => stack.queueArn(name)),
  );
}

function queueNames(stack: PlatformStack, lanes: readonly LaneConfiguration[]): string[] {
  return lanes.map((lane) => stack.laneQueueName(lane));
}

/** Objects under these prefixes; listing the bucket too, since S3 answers 403 instead of 404 to whoever may not. */
function readAppStore(stack: PlatformStack, prefixes: readonly string[]): PolicyStatement[] {
  const bucket = stack.bucketArn(stack.appStoreBucketName);
  return [
    allow(
      ['s3:GetObject'],
      prefixes.map((prefix) => `${bucket}/${prefix}*`),
    ),
    allow(['s3:ListBucket'], [bucket]),
  ];
}

function keepRefused(stack: PlatformStack): PolicyStatement {
  return allow(['s3:PutObject'], [`${stack.bucketArn(stack.quarantineBucketName)}/*`]);
}

export function ingestPermissions(stack: PlatformStack): PolicyStatement[] {
  const { names } = stack;
  const lanes = queueNames(stack, stack.configuration.lanes);
  return [
    receiveFrom(stack, [names.expressIntakeQueue, names.standardIntakeQueue]),
    sendTo(stack, lanes),
    allow(
      ['sqs:GetQueueAttributes'],
      lanes.map((name) => stack.queueArn(name)),
    ),
    allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], [stack.tableArn(names.acceptancesTable)]),
    allow(RECORDS, [stack.tableArn(names.recordsTable)]),
    allow(['dynamodb:GetItem'], [stack.tableArn(names.controlTable)]),
    ...readAppStore(stack, ['in/', 'claims/']),
    keepRefused(stack),
  ];
}

/** `from`: the queue it is mapped to. `to`: lanes it may send on to. */
export function runnerPermissions(
  stack: PlatformStack,
  from: string,
  to: readonly LaneConfiguration[],
  suspectQueue: string,
): PolicyStatement[] {
  const { names } = stack;
  return [
    receiveFrom(stack, [from]),
    sendTo(stack, [...queueNames(stack, to), suspectQueue]),
    // A suspect's lane queue is another than the one it was received from.
    allow(
      ['sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      [...queueNames(stack, to), suspectQueue].map((name) => stack.queueArn(name)),
    ),
    allow(RECORDS, [stack.tableArn(names.recordsTable)]),
    allow(
      [
        'dynamodb:GetItem',
        'dynamodb:BatchGetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:ConditionCheckItem',
      ],
      [stack.tableArn(names.contextTable)],
    ),
    allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], [stack.tableArn(names.controlTable)]),
    ...readAppStore(stack, ['claims/']),
    keepRefused(stack),
  ];
}

/** Begins sagas of its lane's applications, and nothing of theirs. */
export function coordinatorPermissions(stack: PlatformStack, lane: LaneConfiguration): PolicyStatement[] {
  const { names } = stack;
  const queue = stack.laneQueueName(lane);
  const sagas = stack.platform.sagas.filter((each) => each.pool === lane.pool);
  return [
    receiveFrom(stack, [queue]),
    sendTo(stack, [queue]),
    allow(
      ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      [stack.tableArn(names.recordsTable)],
    ),
    allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [stack.tableArn(names.controlTable)]),
    ...readAppStore(stack, ['claims/']),
    allow(['s3:PutObject'], [`${stack.bucketArn(stack.appStoreBucketName)}/${SAGA_CLAIMS}*`]),
    keepRefused(stack),
    ...startSagas(stack, sagas),
    // Of one whose name is taken it asks for which event it ran.
    ...(sagas.length === 0
      ? []
      : [
          allow(
            ['states:DescribeExecution'],
            sagas.map((each) => stack.executionArns(each.name)),
          ),
        ]),
  ];
}

/** What every step may; `paymentFunction` where it takes or gives back money. */
export function stepPermissions(stack: PlatformStack, paymentFunction: string | undefined): PolicyStatement[] {
  const { names } = stack;
  return [
    allow(
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'],
      [stack.tableArn(names.statesTable)],
    ),
    allow(['dynamodb:GetItem'], [stack.tableArn(names.controlTable)]),
    ...readAppStore(stack, [SAGA_CLAIMS]),
    ...(paymentFunction === undefined ? [] : [allow(['lambda:InvokeFunction'], [paymentFunction])]),
  ];
}

export function settlePermissions(stack: PlatformStack): PolicyStatement[] {
  return [
    allow(
      ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
      [stack.tableArn(stack.names.recordsTable)],
    ),
  ];
}

function startSagas(stack: PlatformStack, sagas: readonly CoordinatedSaga[]): PolicyStatement[] {
  if (sagas.length === 0) return [];
  return [
    allow(
      ['states:StartExecution'],
      sagas.map((each) => `${stack.machinePrefix}${each.name}`),
    ),
  ];
}

export function publisherPermissions(stack: PlatformStack): PolicyStatement[] {
  return [
    allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], [stack.tableArn(stack.names.effectsTable)]),
    allow(['events:PutEvents'], [stack.busArn()]),
  ];
}

/** What the publisher may, on what its mapping gave up: the queue says where, the stream what. */
export function republisherPermissions(stack: PlatformStack, streamArn: string): PolicyStatement[] {
  return [
    ...publisherPermissions(stack),
    receiveFrom(stack, [stack.names.publisherFailureQueue]),
    allow(['dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [streamArn]),
  ];
}

export function deadLetterPermissions(stack: PlatformStack, deadLetterQueues: readonly string[]): PolicyStatement[] {
  return [
    receiveFrom(stack, deadLetterQueues),
    sendTo(stack, queueNames(stack, stack.configuration.lanes)),
    allow(RECORDS, [stack.tableArn(stack.names.recordsTable)]),
    keepRefused(stack),
  ];
}

/**
 * Compares what sagas left with their outcomes: their results, and what their providers' books say. IAM cannot tell a provider's question
 * from its charge; whoever asks has code that only asks.
 */
function examineSagas(stack: PlatformStack): PolicyStatement[] {
  if (stack.platform.sagas.length === 0) return [];
  const payments = Object.values(paymentFunctions(stack));
  return [
    allow(['dynamodb:Query'], [stack.tableArn(stack.names.statesTable)]),
    ...(payments.length === 0 ? [] : [allow(['lambda:InvokeFunction'], payments)]),
  ];
}

export function reconcilerPermissions(stack: PlatformStack): PolicyStatement[] {
  const { names } = stack;
  const lanes = queueNames(stack, stack.configuration.lanes);
  const acceptances = stack.tableArn(names.acceptancesTable);
  const { sagas } = stack.platform;
  return [
    sendTo(stack, lanes),
    allow(
      ['sqs:GetQueueAttributes'],
      lanes.map((name) => stack.queueArn(name)),
    ),
    allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], [acceptances]),
    allow(['dynamodb:Query'], [`${acceptances}/index/${OPEN_INDEX}`]),
    allow(RECORDS, [stack.tableArn(names.recordsTable)]),
    allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], [stack.tableArn(names.controlTable)]),
    ...examineSagas(stack),
    allow(READ_AND_PUT, [stack.tableArn(names.incidentsTable)]),
    allow(['lambda:InvokeFunction'], [stack.liveArn(names.platformFunction('recovery'))]),
    ...startSagas(stack, sagas),
    ...(sagas.length === 0
      ? []
      : [
          allow(
            ['states:DescribeExecution'],
            sagas.map((each) => stack.executionArns(each.name)),
          ),
        ]),
  ];
}

/** Looks at every lane, and changes the capacity of its own. */
export function controllerPermissions(
  stack: PlatformStack,
  own: ControlledLane,
  lanes: readonly ControlledLane[],
): PolicyStatement[] {
  const { names } = stack;
  const live = (each: ControlledLane) => stack.liveArn(names.runnerFunction(each.lane.name));
  return [
    allow(['cloudwatch:GetMetricData'], ['*']),
    allow(
      ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
      lanes.map((each) => stack.queueArn(stack.laneQueueName(each.lane))),
    ),
    allow(['lambda:GetProvisionedConcurrencyConfig', 'lambda:GetAlias'], lanes.map(live)),
    allow(
      ['lambda:GetEventSourceMapping'],
      lanes.map((each) => each.mappingArn),
    ),
    allow(['lambda:PutProvisionedConcurrencyConfig', 'lambda:DeleteProvisionedConcurrencyConfig'], [live(own)]),
    allow(['lambda:UpdateEventSourceMapping'], [own.mappingArn]),
    allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], [stack.tableArn(names.controlTable)]),
    allow(['dynamodb:PutItem'], [stack.tableArn(names.decisionsTable)]),
  ];
}

const READ_AND_PUT = ['dynamodb:GetItem', 'dynamodb:PutItem'];

/** Writes what it finds and wakes recovery; it repairs nothing itself. */
export function monitorPermissions(stack: PlatformStack): PolicyStatement[] {
  const { names } = stack;
  return [
    allow(READ_AND_PUT, [stack.tableArn(names.controlTable), stack.tableArn(names.incidentsTable)]),
    ...onSagas(stack, 'states:DescribeExecution', (saga) => stack.executionArns(saga)),
    allow(['lambda:InvokeFunction'], [stack.liveArn(names.platformFunction('recovery'))]),
  ];
}

/** What its actions need: results marked, sagas run again, lanes stopped, aliases of runners moved back, events that died sent again. Nothing else. */
export function recoveryPermissions(stack: PlatformStack): PolicyStatement[] {
  const { names, configuration } = stack;
  const incidents = stack.tableArn(names.incidentsTable);
  const acceptances = stack.tableArn(names.acceptancesTable);
  const runners = configuration.lanes.map(({ name }) => names.runnerFunction(name));
  const all = [
    ...runners,
    ...stack.pools.map((pool) => names.suspectRunnerFunction(pool)),
    ...stack.platform.sagas.flatMap((saga) => saga.steps.map((step) => names.stepFunction(saga.name, step.name))),
  ];
  return [
    allow(READ_AND_PUT, [incidents]),
    allow(['dynamodb:Query'], [`${incidents}/index/${DUE_INDEX}`]),
    allow(
      [...READ_AND_PUT, 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'],
      [stack.tableArn(names.controlTable)],
    ),
    allow(
      ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      [stack.tableArn(names.recordsTable), `${stack.tableArn(names.recordsTable)}/index/${DEAD_INDEX}`],
    ),
    allow(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], [acceptances]),
    sendTo(stack, queueNames(stack, configuration.lanes)),
    allow(['dynamodb:Query'], [`${acceptances}/index/${OPEN_INDEX}`]),
    allow(['dynamodb:UpdateItem'], [stack.tableArn(names.statesTable)]),
    ...examineSagas(stack),
    ...onSagas(stack, 'states:DescribeExecution', (saga) => stack.executionArns(saga)),
    ...onSagas(stack, 'states:StartExecution', (saga) => `${stack.machinePrefix}${saga}`),
    allow(
      ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:ListVersionsByFunction'],
      [...all.map((name) => stack.functionArn(name)), ...all.map((name) => stack.liveArn(name))],
    ),
    allow(['lambda:ListEventSourceMappings'], ['*']),
    allow(['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'], [stack.mappingsArn()], {
      // A mapping's name is drawn by Lambda; whose it is stands in the condition.
      ArnEquals: { 'lambda:FunctionArn': runners.map((name) => stack.liveArn(name)) },
    }),
  ];
}

/** Nothing where there are no sagas: a statement has to be about something. */
function onSagas(stack: PlatformStack, action: string, arnOf: (saga: string) => string): PolicyStatement[] {
  const arns = stack.platform.sagas.map(({ name }) => arnOf(name));
  return arns.length === 0 ? [] : [allow([action], arns)];
}
