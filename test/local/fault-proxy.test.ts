/** Proves that the fault proxy does to a request what its rule says, counts its strikes, and leaves the rest alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { workersOf } from '../../local/faults/caller';
import { type FaultProxy, startFaultProxy } from '../../local/faults/proxy';
import type { FaultRule } from '../../local/faults/rules';

const rule = (over: Partial<FaultRule>): FaultRule => ({
  name: 'r',
  operation: 'PutItem',
  action: 'error',
  when: 'before',
  skip: 0,
  times: 1,
  ...over,
});

describe('the fault proxy', () => {
  let backend: Server;
  let executed: string[];
  /** What the endpoint answers next; then always that all is well. */
  let answers: string[];
  let proxy: FaultProxy;

  beforeEach(async () => {
    executed = [];
    answers = [];
    backend = createServer((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (chunk) => {
        body += chunk;
      });
      incoming.on('end', () => {
        executed.push(body);
        outgoing.end(answers.shift() ?? '{"ok":true}');
      });
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    proxy = await startFaultProxy();
    proxy.forwardTo(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    await proxy.stop();
    backend.closeAllConnections();
    backend.close();
  });

  const post = (operation: string, body: unknown, service = 'dynamodb', signal?: AbortSignal) =>
    fetch(proxy.endpoint, {
      method: 'POST',
      headers: {
        'x-amz-target': `Prefix_1.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/${service}/aws4_request, SignedHeaders=x`,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  const put = (body: string) => post('PutItem', body);

  it('passes on what no rule names', async () => {
    expect(await (await put('a')).json()).toEqual({ ok: true });
  });

  it('answers with the failure, without executing, as often as the rule says and after what it skips', async () => {
    proxy.setRules([rule({ action: 'throttle', skip: 1, times: 2 })]);
    const answers = [await put('1'), await put('2'), await put('3'), await put('4')].map((answer) => answer.status);
    expect(answers).toEqual([200, 400, 400, 200]);
    expect(executed).toEqual(['1', '4']);
    expect(proxy.strikes()).toEqual({ r: 2 });
  });

  it('strikes each so many-th match, where the rule says so', async () => {
    proxy.setRules([rule({ skip: 1, every: 2, times: 2 })]);
    const answers: number[] = [];
    for (const body of '1234567') answers.push((await put(body)).status);
    expect(answers).toEqual([200, 200, 500, 200, 500, 200, 200]);
  });

  it('executes and loses the answer', async () => {
    proxy.setRules([rule({ action: 'lose-answer' })]);
    await expect(put('a')).rejects.toThrow();
    expect(executed).toEqual(['a']);
  });

  it('strikes only bodies that hold the text', async () => {
    proxy.setRules([rule({ bodyHolds: 'records' })]);
    expect([(await put('acceptances')).status, (await put('records')).status]).toEqual([200, 500]);
  });

  it('strikes only bodies that lack the text', async () => {
    proxy.setRules([rule({ bodyLacks: '.fifo' })]);
    expect([(await put('a.fifo')).status, (await put('a')).status]).toEqual([200, 500]);
  });

  it('strikes only the service that the rule names', async () => {
    proxy.setRules([rule({ service: 'sqs', operation: 'X' })]);
    expect([(await post('X', '', 'dynamodb')).status, (await post('X', '', 'sqs')).status]).toEqual([200, 500]);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('hangs %s executing, until the caller gives up', async (when, executions) => {
    proxy.setRules([rule({ action: 'hang', when })]);
    const caller = new AbortController();
    const answer = post('PutItem', 'a', 'dynamodb', caller.signal).catch(() => 'given up');
    while (proxy.strikes().r === 0 || executed.length < executions) await delay(5);
    expect(await Promise.race([answer, delay(150, 'nothing')])).toBe('nothing');
    caller.abort();
    expect(await answer).toBe('given up');
    expect(executed).toHaveLength(executions);
    expect(proxy.strikes()).toEqual({ r: 1 });
  });

  it('refuses a transaction as DynamoDB does: with a reason for each of its items', async () => {
    proxy.setRules([rule({ operation: 'TransactWriteItems', action: 'conflict' })]);
    const answer = await post('TransactWriteItems', { TransactItems: [{}, {}] });
    const { __type, CancellationReasons } = (await answer.json()) as Record<string, { Code: string }[]>;
    expect(__type).toBe('TransactionCanceledException');
    expect(CancellationReasons?.map(({ Code }) => Code)).toEqual(['TransactionConflict', 'None']);
  });

  it.each([
    ['dynamodb', 400, 'ProvisionedThroughputExceededException'],
    ['sqs', 400, 'ThrottlingException'],
    ['lambda', 429, 'TooManyRequestsException'],
  ])('throttles as %s does', async (service, status, type) => {
    proxy.setRules([rule({ action: 'throttle' })]);
    const answer = await post('PutItem', '', service);
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, type]);
  });

  describe('lies', () => {
    it('that a write is done, and does not do it', async () => {
      proxy.setRules([rule({ action: 'lie' })]);
      const answer = await put('{"TableName":"t"}');
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
      expect(executed).toEqual([]);
    });

    it('that messages are sent, with ids and digests that a client takes', async () => {
      proxy.setRules([rule({ operation: 'SendMessageBatch', action: 'lie' })]);
      const Entries = [{ Id: '1', MessageBody: 'hello' }];
      const { Successful } = (await (await post('SendMessageBatch', { Entries })).json()) as Record<string, unknown[]>;
      const MD5OfMessageBody = '5d41402abc4b2a76b9719d911017c592';
      expect(Successful).toEqual([{ Id: '1', MessageId: expect.any(String), MD5OfMessageBody }]);
    });

    it('only where it can: not of an answer that holds what is stored', async () => {
      proxy.setRules([rule({ action: 'lie' })]);
      await put('{"ReturnValues":"ALL_NEW"}');
      expect(executed).toHaveLength(1);
      expect(proxy.strikes()).toEqual({ r: 0 });
    });
  });

  describe('fails in part', () => {
    const partial = (operation: string) => proxy.setRules([rule({ operation, action: 'partial-failure' })]);

    it('a batch of messages: the rest is sent, and each that is not is named', async () => {
      partial('SendMessageBatch');
      answers.push('{"Successful":[{"Id":"b"}]}');
      const answer = await post('SendMessageBatch', { QueueUrl: 'q', Entries: [{ Id: 'a' }, { Id: 'b' }] });
      expect(executed.map((body) => JSON.parse(body))).toEqual([{ QueueUrl: 'q', Entries: [{ Id: 'b' }] }]);
      const failed = { Id: 'a', Code: 'InternalError', Message: 'injected', SenderFault: false };
      expect(await answer.json()).toEqual({ Successful: [{ Id: 'b' }], Failed: [failed] });
    });

    it('a batch of one: nothing is executed', async () => {
      partial('SendMessageBatch');
      const answer = await post('SendMessageBatch', { Entries: [{ Id: 'a' }] });
      expect(((await answer.json()) as { Failed: unknown[] }).Failed).toHaveLength(1);
      expect(executed).toEqual([]);
    });

    it.each([
      ['PutEvents', 'Entries', 'FailedEntryCount'],
      ['PutRecords', 'Records', 'FailedRecordCount'],
    ])('%s: answers stand in the order of the entries', async (operation, field, count) => {
      partial(operation);
      answers.push(JSON.stringify({ [count]: 0, [field]: [{ n: 2 }, { n: 4 }] }));
      const answer = await post(operation, { [field]: [1, 2, 3, 4] });
      const failed = { ErrorCode: 'InternalFailure', ErrorMessage: 'injected' };
      expect(await answer.json()).toEqual({ [count]: 2, [field]: [failed, { n: 2 }, failed, { n: 4 }] });
    });

    it('a batch of reads: the keys that were not read are named', async () => {
      partial('BatchGetItem');
      answers.push('{"Responses":{"t":[{"k":2}]}}');
      const answer = await post('BatchGetItem', { RequestItems: { t: { Keys: [1, 2], ConsistentRead: true } } });
      const UnprocessedKeys = { t: { Keys: [1], ConsistentRead: true } };
      expect(await answer.json()).toEqual({ Responses: { t: [{ k: 2 }] }, UnprocessedKeys });
    });
  });

  it('answers a read with what was true before the last change, and counts it only where there was one', async () => {
    proxy.setRules([rule({ operation: 'GetItem', action: 'stale-read', times: 9 })]);
    answers.push('1', '1', '2', '2');
    const read = async (body: string) => (await post('GetItem', body)).text();
    expect([await read('a'), await read('a')]).toEqual(['1', '1']);
    expect(proxy.strikes()).toEqual({ r: 0 });
    expect([await read('a'), await read('a')]).toEqual(['1', '1']);
    expect(proxy.strikes()).toEqual({ r: 2 });
    answers.push('3');
    expect(await read('another')).toBe('3');
  });

  it('stops the calling worker for a while, and lets it go on', async () => {
    proxy.setRules([rule({ action: 'pause', when: 'after', delayMs: 1_500, caller: 'runner' })]);
    const worker = startWorker(proxy.endpoint, 'triage-local-runner-bulk');
    const stateOf = () => /\) (\w)/.exec(readFileSync(`/proc/${worker.pid}/stat`, 'utf8'))?.[1];
    while (executed.length === 0 || stateOf() !== 'T') await delay(20);
    const [code] = await once(worker, 'exit');
    expect(code).toBe(0);
    expect(proxy.strikes()).toEqual({ r: 1 });
  });

  it('kills and stops nobody who is no worker of a function', async () => {
    proxy.setRules([rule({ action: 'kill' }), rule({ name: 's', action: 'pause' })]);
    expect((await put('a')).status).toBe(200);
    expect(proxy.strikes()).toEqual({ r: 0, s: 0 });
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('kills the calling worker %s the request is executed', async (when, executions) => {
    proxy.setRules([rule({ action: 'kill', when, caller: 'runner' })]);
    const worker = startWorker(proxy.endpoint, 'triage-local-runner-bulk');
    const [, signal] = await once(worker, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(executed).toHaveLength(executions);
  });
});

it("finds the workers of one endpoint's functions, and no others", async () => {
  const ours = startWorker('http://127.0.0.1:1', 'triage-local-publisher', 'http://ours');
  const other = startWorker('http://127.0.0.1:1', 'triage-local-publisher', 'http://other');
  await Promise.all([once(ours, 'spawn'), once(other, 'spawn')]);
  try {
    expect(workersOf('http://ours')).toEqual([{ pid: ours.pid, functionName: 'triage-local-publisher' }]);
  } finally {
    ours.kill('SIGKILL');
    other.kill('SIGKILL');
  }
});

function startWorker(endpoint: string, functionName: string, home = endpoint): ChildProcess {
  const script = `fetch(${JSON.stringify(endpoint)}, { method: 'POST', headers: { 'x-amz-target': 'D.PutItem' }, body: 'w' }).catch(() => setTimeout(() => {}, 5000))`;
  return spawn(process.execPath, ['-e', script], {
    env: { ...process.env, AWS_LAMBDA_FUNCTION_NAME: functionName, AWS_ENDPOINT_URL: home },
    stdio: 'ignore',
  });
}
