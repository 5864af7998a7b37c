/** The service that runs the state machine: the real definition, one execution for each name, in virtual time. */
import { type MemoryWorld, perform } from '../../adapters/memory';
import type { SagaInput } from '../../core/contracts/saga';
import type { ExecutionDetail, Executions } from '../../core/ports';
import booking from '../../stepfunctions/booking/booking.asl.json';
import { compileMachine, type Definition, Execution, type Host, type Json } from '../asl';
import { EPOCH_MS, SAGA } from './events';

const MACHINE = compileMachine(booking as unknown as Definition);

interface Started {
  readonly execution: Execution;
  readonly input: SagaInput;
  readonly startedAtMs: number;
}

export class Machines {
  readonly started = new Map<string, Started>();
  private readonly byToken = new Map<string, string>();

  constructor(
    private readonly host: Host,
    private readonly ended: (name: string, input: SagaInput, execution: Execution) => void,
  ) {}

  /** The name is taken for ever, whatever the input. */
  start(name: string, input: SagaInput): 'started' | 'exists' {
    if (this.started.has(name)) return 'exists';
    const startedAtMs = EPOCH_MS + this.host.clock.nowMs;
    // Its first states run within its construction, and it is looked for by then.
    const start = { name, input: input as unknown as Json };
    const execution = new Execution(MACHINE, start, this.host, (each) => this.ended(name, input, each));
    this.started.set(name, { execution, input, startedAtMs });
    return 'started';
  }

  holdToken(token: string, name: string): void {
    this.byToken.set(token, name);
  }

  answerToken(token: string): void {
    const name = this.byToken.get(token);
    if (name !== undefined) this.started.get(name)?.execution.answerToken(token, { ok: true, output: {} });
  }

  /** As a function sees it, through its own faults. */
  port(world: MemoryWorld): Pick<Executions, 'start' | 'describe'> {
    return {
      start: (_saga, name, input) =>
        perform(world, 'executions', 'start', [], () => this.start(name, input as SagaInput)),
      describe: (_saga, name) => perform(world, 'executions', 'describe', [], () => this.describe(name)),
    };
  }

  private describe(name: string): ExecutionDetail | undefined {
    const found = this.started.get(name);
    if (found === undefined) return undefined;
    const { execution, input, startedAtMs } = found;
    return { saga: SAGA, name, status: execution.end?.status ?? 'RUNNING', startedAtMs, input };
  }
}
