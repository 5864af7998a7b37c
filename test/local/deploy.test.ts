/** Proves how the CDK's command line is called: what a call must not do costs seconds, and nobody would see it. */
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { bootstrap } from '../../local/deploy';

jest.mock('node:child_process', () => ({ ...jest.requireActual('node:child_process'), spawn: jest.fn() }));

const target = { endpoint: 'http://127.0.0.1:1', region: 'us-east-1', account: '000000000000', environment: 'local' };
const cloudFormation = mockClient(CloudFormationClient);

it('bootstraps from a folder without an app, which would be synthesized once more, and leaves no folder behind', async () => {
  cloudFormation
    .on(DescribeStacksCommand)
    .rejects(Object.assign(new Error('does not exist'), { name: 'ValidationError' }));
  let seen = { folder: '', there: false, app: true };
  jest.mocked(spawn).mockImplementation(((_command: string, _args: string[], { cwd }: { cwd: string }) => {
    seen = { folder: cwd, there: existsSync(cwd), app: existsSync(join(cwd, 'cdk.json')) };
    const streams = { stdout: new EventEmitter(), stderr: new EventEmitter() };
    const child = Object.assign(new EventEmitter(), streams);
    setImmediate(() => child.emit('close', 0));
    return child;
  }) as never);
  await bootstrap(target);
  expect(seen).toMatchObject({ there: true, app: false });
  expect(existsSync(seen.folder)).toBe(false);
});
