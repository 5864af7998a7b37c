/**
 * An HTTP proxy between functions and the endpoint that does what networks, machines and services do: it refuses, throttles, delays,
 * hangs, loses answers after the request was executed, fails in part, lies, answers what was true before, and kills or stops the
 * caller. Loopback only. It needs no hook in the functions. What it may do: `rules.ts`.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Answer, failed, failureOf, lieOf } from './answers';
import { type Caller, callerOf } from './caller';
import { type Operation, operationOf } from './calls';
import { createReadMemory, READS } from './memory';
import { answerOfPart, partOf } from './partial';
import { type FaultAction, type FaultRule, isLive, type RuleState, strike } from './rules';

export interface FaultProxy {
  readonly endpoint: string;
  /** Where requests go; the endpoint behind may be started after the proxy. */
  forwardTo(endpoint: string): void;
  setRules(rules: readonly FaultRule[]): void;
  /** How often each rule has struck: a run without strikes proves nothing. */
  strikes(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

interface Struck {
  readonly rule: FaultRule;
  readonly caller: Caller | undefined;
  /** Of a read: what was answered before. */
  readonly older: Answer | undefined;
}

export async function startFaultProxy(): Promise<FaultProxy> {
  let target: URL | undefined;
  let states: readonly RuleState[] = [];
  const memory = createReadMemory();
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (target === undefined) return write(outgoing, failed('', 503, 'ServiceUnavailable'));
    const body = await bodyOf(incoming);
    const call = { ...operationOf(incoming), body: body.toString('utf8') };
    // A read changes nothing, so whether it can be answered with what was true before is seen by doing it.
    const read = READS.includes(call.operation) ? await forward(target, incoming, body) : undefined;
    const fault = faultOf(incoming, call, read && memory.olderThan(read, call.operation, body));
    if (fault === undefined) return write(outgoing, read ?? (await forward(target, incoming, body)));
    const passOn = (some = body) => read ?? forward(target as URL, incoming, some);
    const answer = await troubled(fault, call, passOn, outgoing);
    if (answer === undefined) incoming.socket.destroy();
    else write(outgoing, answer);
  }

  function faultOf(incoming: IncomingMessage, call: Called, older: Answer | undefined): Struck | undefined {
    // To find a caller takes a walk through /proc: spared where no rule can strike.
    if (!states.some((state) => isLive(state, call))) return undefined;
    const caller = callerOn(incoming.socket);
    const open = (action: FaultAction) => canBe(action, call, older);
    const struck = strike(states, { ...call, caller: caller?.functionName, open });
    states = struck.states;
    return struck.fault === undefined ? undefined : { rule: struck.fault, caller, older };
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

type Called = Operation & { readonly body: string };

function canBe(action: FaultAction, call: Called, older: Answer | undefined): boolean {
  if (action === 'lie') return lieOf(call) !== undefined;
  if (action === 'partial-failure') return partOf(call) !== undefined;
  return action !== 'stale-read' || older !== undefined;
}

/** The answer; undefined where there is none, and the connection is cut. */
async function troubled(
  { rule, caller, older }: Struck,
  call: Called,
  passOn: (body?: Buffer) => Promise<Answer> | Answer,
  outgoing: ServerResponse,
): Promise<Answer | undefined> {
  const { action, when, delayMs = 0 } = rule;
  switch (action) {
    case 'lie':
      return lieOf(call);
    case 'stale-read':
      return older;
    case 'partial-failure': {
      const part = partOf(call);
      if (part === undefined) return passOn();
      const executed = part.request && (await passOn(Buffer.from(JSON.stringify(part.request))));
      return answerOfPart(part, executed);
    }
    case 'lose-answer':
      await passOn();
      return undefined;
    case 'kill':
      if (when === 'after') await passOn();
      signal(caller, 'SIGKILL');
      return undefined;
    case 'pause': {
      if (when === 'before') await pause(caller, delayMs);
      const answer = await passOn();
      if (when === 'after') await pause(caller, delayMs);
      return answer;
    }
    case 'hang':
      if (when === 'after') await passOn();
      await closed(outgoing);
      return undefined;
    case 'delay': {
      if (when === 'before') await wait(delayMs);
      const answer = await passOn();
      if (when === 'after') await wait(delayMs);
      return answer;
    }
    default:
      if (when === 'before') return failureOf(action, call);
      await passOn();
      return undefined;
  }
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

/** Whoever is stopped can do nothing but be killed: by its own time-out, say, which then has come. */
async function pause(caller: Caller | undefined, milliseconds: number): Promise<void> {
  signal(caller, 'SIGSTOP');
  await wait(milliseconds);
  signal(caller, 'SIGCONT');
}

function signal(caller: Caller | undefined, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  if (caller?.functionName === undefined) return;
  try {
    process.kill(caller.pid, name);
  } catch {
    // It has ended by itself.
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function forward(target: URL, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host, port } = { host: target.hostname, port: target.port };
    const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
    const headers = { ...withoutChunking(incoming.headers), ...length };
    const outgoing = request({ host, port, method: incoming.method, path: incoming.url, headers }, (answer) => {
      bodyOf(answer).then(
        (answered) =>
          resolve({ status: answer.statusCode ?? 502, headers: withoutChunking(answer.headers), body: answered }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The body is passed on whole, so the length replaces the chunks. */
function withoutChunking(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { 'transfer-encoding': _chunked, ...rest } = headers;
  return rest;
}

function write(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) outgoing.setHeader(name, value);
  outgoing.writeHead(status).end(body);
}

/** Until the caller has given up, or is gone. */
function closed(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (outgoing.destroyed) resolve();
    else outgoing.once('close', () => resolve());
  });
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
