/**
 * Proves that an engine which is not ours takes the definitions as their cases say: the same files as in
 * test/stepfunctions/definitions.test.ts, on the endpoint, with a function that answers as the case has it. Time-outs of tasks are
 * shortened in the copy that runs here; waits are as the endpoint has them, or none where it can leave them out.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetFunctionCommand } from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Case } from '../../simulator/asl';
import { unique } from './conformance/behaviour';
import { closeEndpoint, type Endpoint, openEndpoint, ROLE_ARN } from './conformance/endpoint';
import { lambdaOf, makeFunction } from './conformance/resources';
import { until } from './platform';

const FOLDER = join(__dirname, '../../stepfunctions');
const read = (...path: string[]) => JSON.parse(readFileSync(join(FOLDER, ...path), 'utf8'));
const TASK_SECONDS = 3;
const CASE_MS = 60_000;

/** Counts calls in files, one for each execution and step: workers share nothing else. */
const ANSWERING = `
const { appendFileSync, readFileSync } = require('fs');
const { join } = require('path');
exports.handler = async ({ step, cell, saga, attempt, token }) => {
  const name = cell ? step + '-' + cell.layer + '-' + cell.index : step;
  const file = join(saga.folder, name);
  if (token) { appendFileSync(join(saga.folder, 'tokens'), token + '\\n'); return { status: 'waiting' }; }
  appendFileSync(file, attempt + '\\n');
  const calls = readFileSync(file, 'utf8').trim().split('\\n').length;
  const queue = saga.answers[cell ? step + '/' + cell.layer + '/' + cell.index : step];
  const answer = queue ? queue[calls - 1] : { return: { status: 'done', version: 1 } };
  if (!answer) throw new Error('called more often than the case says');
  if (answer.hang) await new Promise((resolve) => setTimeout(resolve, ${TASK_SECONDS + 2} * 1000));
  if (answer.throw) { const error = new Error('as the case says'); error.name = answer.throw; throw error; }
  return answer.return || null;
};`;

const folder = mkdtempSync(join(tmpdir(), 'triage-definitions-'));
let endpoint: Endpoint;
let sfn: SFNClient;
let functionArn = '';
const machines = new Map<string, string>();

beforeAll(async () => {
  endpoint = await openEndpoint();
  sfn = new SFNClient(endpoint.client);
  if (endpoint.kind === 'embedded')
    await fetch(`${endpoint.client.endpoint}/_ministack/config`, {
      method: 'POST',
      body: JSON.stringify({ 'stepfunctions._SFN_WAIT_SCALE': 0 }),
    });
  const FunctionName = await makeFunction(endpoint, ANSWERING);
  functionArn =
    (await lambdaOf(endpoint).send(new GetFunctionCommand({ FunctionName }))).Configuration?.FunctionArn ?? '';
  for (const application of readdirSync(FOLDER)) machines.set(application, await makeMachine(application));
}, 60_000);
afterAll(async () => {
  sfn?.destroy();
  await closeEndpoint();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

async function makeMachine(application: string): Promise<string> {
  const definition = read(application, `${application}.asl.json`) as {
    States: Record<string, { TimeoutSeconds?: number }>;
  };
  const text = JSON.stringify(definition, (key, value: unknown) => {
    if (key === 'TimeoutSeconds' && typeof value === 'number' && value <= 3_600) return TASK_SECONDS;
    return typeof value === 'string' ? value.replace(/^\$\{[a-z]+\}$/, functionArn) : value;
  });
  const made = await sfn.send(
    new CreateStateMachineCommand({ name: unique(application), roleArn: ROLE_ARN, definition: text }),
  );
  return made.stateMachineArn ?? '';
}

/** Names of the states inside maps. */
function innerStates(application: string): Set<string> {
  const { States } = read(application, `${application}.asl.json`) as { States: Record<string, MapState> };
  return new Set(Object.values(States).flatMap(({ ItemProcessor }) => Object.keys(ItemProcessor?.States ?? {})));
}
interface MapState {
  readonly ItemProcessor?: { readonly States: object };
}

/** The states entered in order, without those that do nothing outside. */
function pathOf(events: readonly HistoryEvent[]): string[] {
  return events.flatMap(({ type = '', stateEnteredEventDetails }) =>
    /^(Task|Wait|Succeed|Fail|Map|Parallel)StateEntered$/.test(type) ? [stateEnteredEventDetails?.name ?? ''] : [],
  );
}

async function run(application: string, file: string): Promise<{ path: string[]; end: Case['end'] }> {
  const given = read(application, 'cases', file) as Case;
  const own = mkdtempSync(join(folder, 'case-'));
  const input = JSON.stringify({
    ...read(application, 'input.json'),
    ...given.input,
    answers: given.answers,
    folder: own,
  });
  const stateMachineArn = machines.get(application) ?? '';
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: unique('case'), input }));
  let answered = 0;
  const ended = await until(
    `${application}/${file} has ended`,
    async () => {
      answered += await answerTokens(own, given.tokens ?? [], answered);
      return sfn.send(new DescribeExecutionCommand({ executionArn }));
    },
    ({ status }) => status !== 'RUNNING',
    CASE_MS,
  );
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
  const status = ended.status as Case['end']['status'];
  return { path: pathOf(events), end: status === 'FAILED' ? { status, error: ended.error ?? '' } : { status } };
}

/** Those that the case says are answered; the others run into their time-out. */
async function answerTokens(own: string, tokens: readonly boolean[], from: number): Promise<number> {
  const asked = readdirSync(own).includes('tokens') ? readFileSync(join(own, 'tokens'), 'utf8').trim().split('\n') : [];
  const now = asked.slice(from);
  for (const [index, taskToken] of now.entries())
    if (tokens[from + index] === true) await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
  return now.length;
}

describe.each(readdirSync(FOLDER))('%s', (application) => {
  it.each(readdirSync(join(FOLDER, application, 'cases')))(
    'does as it says in %s',
    async (file) => {
      const { path, end } = read(application, 'cases', file) as Case;
      const seen = await run(application, file);
      expect(seen.end).toEqual(end);
      // The embedded emulator's history leaves out what happens within a map. Elsewhere, in which order cells are entered is nobody's promise.
      const inner = endpoint.kind === 'embedded' ? innerStates(application) : new Set<string>();
      const outer = (names: readonly string[]) => names.filter((name) => !inner.has(name));
      if (application === 'layers') expect(outer(seen.path).sort()).toEqual(outer(path).sort());
      else expect(seen.path).toEqual(path);
    },
    CASE_MS + 10_000,
  );
});
