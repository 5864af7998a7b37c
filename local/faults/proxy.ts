/**
 * An HTTP proxy between functions and the endpoint that does what networks and machines do: it refuses, throttles, delays, loses
 * answers after the request was executed, and kills the caller before or after. Loopback only. It needs no hook in the functions.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Caller, callerOf } from './caller';
import { type FaultRule, type RuleState, strike } from './rules';

export interface FaultProxy {
  readonly endpoint: string;
  /** Where requests go; the endpoint behind may be started after the proxy. */
  forwardTo(endpoint: string): void;
  setRules(rules: readonly FaultRule[]): void;
  /** How often each rule has struck: a run without strikes proves nothing. */
  strikes(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

export async function startFaultProxy(): Promise<FaultProxy> {
  let target: URL | undefined;
  let states: readonly RuleState[] = [];
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (target === undefined) return fail(outgoing, 503, 'ServiceUnavailable', 'the proxy has no endpoint yet');
    const body = await bodyOf(incoming);
    const fault = faultOf(incoming, body);
    if (fault !== undefined && fault.rule.when === 'before' && fault.rule.action !== 'lose-answer') {
      if (await actBefore(fault.rule, fault.caller, incoming, outgoing)) return;
    }
    const answer = await forward(target, incoming, body);
    if (fault !== undefined && (fault.rule.when === 'after' || fault.rule.action === 'lose-answer')) {
      if (await actAfter(fault.rule, fault.caller, incoming)) return;
    }
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }

  function faultOf(
    incoming: IncomingMessage,
    body: Buffer,
  ): { rule: FaultRule; caller: Caller | undefined } | undefined {
    const operation = operationOf(incoming);
    const text = body.toString('utf8');
    if (operation === undefined || !states.some((state) => isLive(state, operation, text))) return undefined;
    const caller = callerOn(incoming.socket);
    const struck = strike(states, { operation, body: text, caller: caller?.functionName });
    states = struck.states;
    return struck.fault === undefined ? undefined : { rule: struck.fault, caller };
  }

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwardTo: (endpoint) => {
      target = new URL(endpoint);
    },
    setRules: (rules) => {
      states = rules.map((rule) => ({ rule, matched: 0, struck: 0 }));
    },
    strikes: () => Object.fromEntries(states.map((state) => [state.rule.name, state.struck])),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const callers = new WeakMap<Socket, Caller>();

/** A connection has one caller for all of its life, and to find it takes a walk through /proc that holds up every request. */
function callerOn(socket: Socket): Caller | undefined {
  const known = callers.get(socket);
  if (known !== undefined || socket.remotePort === undefined) return known;
  const caller = callerOf(socket.remotePort);
  if (caller !== undefined) callers.set(socket, caller);
  return caller;
}

/** True: the request is dealt with and must not be forwarded. */
async function actBefore(
  rule: FaultRule,
  caller: Caller | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<boolean> {
  switch (rule.action) {
    case 'kill':
      kill(caller);
      incoming.socket.destroy();
      return true;
    case 'error':
      fail(outgoing, 500, 'InternalServerError', 'injected');
      return true;
    case 'refuse':
      fail(outgoing, 400, 'AccessDeniedException', 'injected');
      return true;
    case 'throttle':
      fail(outgoing, 400, 'ProvisionedThroughputExceededException', 'injected');
      return true;
    case 'conflict':
      fail(outgoing, 400, 'TransactionConflictException', 'injected');
      return true;
    default:
      await wait(rule.delayMs ?? 0);
      return false;
  }
}

/** True: the answer must not be given. */
async function actAfter(rule: FaultRule, caller: Caller | undefined, incoming: IncomingMessage): Promise<boolean> {
  if (rule.action === 'delay') {
    await wait(rule.delayMs ?? 0);
    return false;
  }
  if (rule.action === 'kill') kill(caller);
  incoming.socket.destroy();
  return true;
}

/** To find a caller takes a walk through /proc: spared where no rule can strike. */
function isLive({ rule, struck }: RuleState, operation: string, body: string): boolean {
  return rule.operation === operation && struck < rule.times && body.includes(rule.bodyHolds ?? '');
}

function kill(caller: Caller | undefined): void {
  // Only a function's worker is ever killed; a process that cannot be named as one is left alone.
  if (caller?.functionName !== undefined) process.kill(caller.pid, 'SIGKILL');
}

/** JSON protocols name the operation in a header: `DynamoDB_20120810.PutItem`. REST calls (S3) are named `<method> S3`. */
function operationOf(incoming: IncomingMessage): string | undefined {
  const header = incoming.headers['x-amz-target'];
  return typeof header === 'string' ? header.split('.').pop() : `${incoming.method} S3`;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function forward(target: URL, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: target.hostname,
        port: target.port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      (answer) => {
        bodyOf(answer).then(
          (answered) =>
            resolve({ status: answer.statusCode ?? 502, headers: withoutChunking(answer.headers), body: answered }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The body is passed on whole, so the length replaces the chunks. */
function withoutChunking(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { 'transfer-encoding': _chunked, ...rest } = headers;
  return rest;
}

function fail(outgoing: ServerResponse, status: number, type: string, message: string): void {
  outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type });
  outgoing.end(JSON.stringify({ __type: type, message }));
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
