/**
 * Proves that pausing and resuming write the lane's control record first and then its mapping; that a command that is cut off in between
 * leaves a disagreement that status shows and a repeat repairs; and that status tells every such disagreement.
 */
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { type SwitchConnection, switchLane } from '../../cli/lane';
import { laneState } from '../../cli/lane-state';
import { loadConfiguration } from '../../config';
import { resourceNames } from '../../core/contracts/names';

const dynamo = mockClient(DynamoDBClient);
const lambda = mockClient(LambdaClient);
const region = 'eu-west-1';
const connection = {
  environment: 'local',
  configuration: loadConfiguration('local'),
  names: resourceNames('local'),
  clients: {
    dynamo: new DynamoDBClient({ region }),
    lambda: new LambdaClient({ region }),
    sqs: new SQSClient({ region }),
  },
} as unknown as SwitchConnection;
const never = async () => {
  throw new Error('waited');
};

interface RecordUpdate {
  readonly UpdateExpression: string;
  readonly ExpressionAttributeValues: { readonly ':paused': { readonly BOOL: boolean } };
}

/** A lane as it stands, and every write to it in order. `cutAt` is the write at which the command dies. */
function laneWith(start: { paused: boolean; mapping: string }, cutAt?: string) {
  const now = { ...start };
  const writes: string[] = [];
  const write = (name: string) => {
    if (name === cutAt) throw new Error('cut off');
    writes.push(name);
  };
  dynamo.on(UpdateItemCommand).callsFake((update: RecordUpdate) => {
    // The controller's part of the record is not touched.
    expect(update.UpdateExpression).toBe('SET paused = :paused');
    const paused = update.ExpressionAttributeValues[':paused'].BOOL;
    write(`paused ${paused}`);
    now.paused = paused;
  });
  lambda
    .on(ListEventSourceMappingsCommand, { FunctionName: 'triage-local-runner-bulk:live' })
    .resolves({ EventSourceMappings: [{ UUID: 'u' }] });
  lambda.on(GetEventSourceMappingCommand).callsFake(() => ({ State: now.mapping }));
  lambda.on(UpdateEventSourceMappingCommand).callsFake(({ Enabled }: { Enabled: boolean }) => {
    write(`mapping ${Enabled ? 'enabled' : 'disabled'}`);
    now.mapping = Enabled ? 'Enabled' : 'Disabled';
  });
  return { now, writes };
}

beforeEach(() => {
  dynamo.reset();
  lambda.reset();
});

describe('pausing a lane', () => {
  it('writes the record, which stops it at once, and then disables the mapping; the form stays', async () => {
    const { writes } = laneWith({ paused: false, mapping: 'Enabled' });
    expect(await switchLane(connection, 'bulk', true, never)).toEqual(['u']);
    expect(writes).toEqual(['paused true', 'mapping disabled']);
  });

  it('is ended by the record first as well, so that no runner that is invoked puts its messages back', async () => {
    const { writes } = laneWith({ paused: true, mapping: 'Disabled' });
    await switchLane(connection, 'bulk', false, never);
    expect(writes).toEqual(['paused false', 'mapping enabled']);
  });

  it.each([
    ['pause', true, 'mapping disabled', 'paused, polled'],
    ['resume', false, 'mapping enabled', 'disabled'],
  ])('leaves a %s that was cut off visible, and a repeat ends it', async (_, paused, cutAt, shown) => {
    const start = { paused: !paused, mapping: paused ? 'Enabled' : 'Disabled' };
    const cut = laneWith(start, cutAt);
    await expect(switchLane(connection, 'bulk', paused, never)).rejects.toThrow('cut off');
    expect(laneState('bulk', cut.now.paused, cut.now.mapping).state).toBe(shown);
    const { now } = laneWith(cut.now);
    await switchLane(connection, 'bulk', paused, never);
    expect(now).toEqual({ paused, mapping: paused ? 'Disabled' : 'Enabled' });
  });

  it('waits for a mapping that is being changed', async () => {
    const { writes } = laneWith({ paused: false, mapping: 'Enabled' });
    const states = ['Updating', 'Enabled', 'Disabling', 'Disabled'];
    lambda.on(GetEventSourceMappingCommand).callsFake(() => ({ State: states.shift() }));
    let waits = 0;
    await switchLane(connection, 'bulk', true, async () => {
      waits += 1;
    });
    expect({ waits, left: states, last: writes.at(-1) }).toEqual({ waits: 2, left: [], last: 'mapping disabled' });
  });

  it('fails if the mapping never arrives, if there is none, and if there is no such lane', async () => {
    laneWith({ paused: false, mapping: 'Creating' });
    await expect(switchLane(connection, 'bulk', true, async () => {})).rejects.toThrow('still Creating');
    lambda.on(ListEventSourceMappingsCommand).resolves({});
    await expect(switchLane(connection, 'bulk', true, never)).rejects.toThrow('no event source mapping');
    await expect(switchLane(connection, 'nope', true, never)).rejects.toThrow('no lane "nope"');
  });
});

describe('the state of a lane', () => {
  it.each([
    [false, 'Enabled', 'running', false],
    [false, 'Enabling', 'running', false],
    [true, 'Disabled', 'paused', false],
    [true, 'Disabling', 'paused', false],
    [true, 'Enabled', 'paused, polled', true],
    [false, 'Disabled', 'disabled', true],
    [false, 'missing', 'missing', true],
  ])('paused %p with mapping %s is %s', (paused, mapping, state, advised) => {
    const told = laneState('bulk', paused, mapping);
    expect({ state: told.state, advised: told.advice?.includes('npx triage lane') ?? false }).toEqual({
      state,
      advised,
    });
  });
});
