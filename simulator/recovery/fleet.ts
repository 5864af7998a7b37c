/** Functions as Lambda has them: versions, which of them is live, environments, and the log of each environment. */
import { gzipSync } from 'node:zlib';
import type { Deployment, Deployments } from '../../core/ports';
import { type HowEnded, type LogFormat, type LoggedRequest, linesOfEnd, linesOfStart } from './log-lines';

/** One environment: it works on one request at a time, and has one log stream. */
interface Environment {
  readonly functionName: string;
  readonly version: string;
  readonly stream: string;
  isNew: boolean;
}

export interface LogLine {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

/** A request that runs; `end` writes what is logged of it, and answers with what the log's subscription delivers. */
export interface RunningRequest extends LoggedRequest {
  end(ended: HowEnded, nowMs: number): LogDelivery;
}

export interface LogDelivery {
  readonly functionName: string;
  readonly stream: string;
  readonly lines: readonly LogLine[];
}

export class Fleet implements Deployments {
  /** Each function's, once it has been published anew. */
  readonly deployments = new Map<string, Deployment>();
  /** How often an alias was moved. */
  moves = 0;
  private readonly idle = new Map<string, Environment[]>();
  private requests = 0;
  private environments = 0;
  private lines = 0;

  constructor(
    private readonly first: Deployment,
    private readonly format: LogFormat,
  ) {}

  live(functionName: string): string {
    return this.deploymentOf(functionName).live;
  }

  private deploymentOf(functionName: string): Deployment {
    return this.deployments.get(functionName) ?? this.first;
  }

  read(functionName: string): Promise<Deployment> {
    return Promise.resolve(this.deploymentOf(functionName));
  }

  move(functionName: string, version: string, revision: string | undefined): Promise<boolean> {
    const before = this.deploymentOf(functionName);
    if (before.revision !== revision) return Promise.resolve(false);
    this.moves += 1;
    this.deployments.set(functionName, { ...before, live: version, revision: `r${this.moves}` });
    return Promise.resolve(true);
  }

  /** A request of the live version, in an environment that is idle or is made for it. */
  begin(functionName: string, nowMs: number): RunningRequest {
    const version = this.live(functionName);
    const place = `${functionName}:${version}`;
    const environment = this.idle.get(place)?.pop() ?? this.make(functionName, version);
    this.requests += 1;
    const id = `00000000-0000-4000-8000-${this.requests.toString(16).padStart(12, '0')}`;
    const request = { id, functionName, version, atMs: nowMs };
    const begun = linesOfStart(this.format, request, environment.isNew).map((message) => this.line(message, nowMs));
    environment.isNew = false;
    const end = (ended: HowEnded, atMs: number): LogDelivery => {
      const last = linesOfEnd(this.format, { ...request, atMs }, ended).map((message) => this.line(message, atMs));
      const lives = ended.how === 'well' || ended.how === 'thrown';
      if (lives) this.idle.set(place, [...(this.idle.get(place) ?? []), environment]);
      return { functionName, stream: environment.stream, lines: [...begun, ...last] };
    };
    return { ...request, end };
  }

  private make(functionName: string, version: string): Environment {
    this.environments += 1;
    const id = this.environments.toString(16).padStart(32, '0');
    return { functionName, version, stream: `2027/01/15/${functionName}[${version}][${id}]`, isNew: true };
  }

  private line(message: string, timestamp: number): LogLine {
    this.lines += 1;
    return { id: String(this.lines).padStart(20, '0'), timestamp: Math.floor(timestamp), message };
  }
}

/** As CloudWatch Logs hands it to a subscribed function. */
export function payloadOf({ functionName, stream, lines }: LogDelivery): unknown {
  const data = {
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: `/aws/lambda/${functionName}`,
    logStream: stream,
    subscriptionFilters: ['monitor'],
    logEvents: lines,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(data), { level: 1 }).toString('base64') } };
}
