/** Proves that the fault proxy does to a request what its rule says, counts its strikes, and leaves the rest alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  let proxy: FaultProxy;

  beforeEach(async () => {
    executed = [];
    backend = createServer((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (chunk) => {
        body += chunk;
      });
      incoming.on('end', () => {
        executed.push(body);
        outgoing.end('{"ok":true}');
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

  const put = (body: string) =>
    fetch(proxy.endpoint, { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem' }, body });

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
