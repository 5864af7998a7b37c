/**
 * The booking in virtual time with the real monitor and the real recovery around it: its functions' logs and its executions' ends come to
 * the monitor, the monitor's incidents to recovery, and recovery acts on the same ledger, state machine and functions.
 */
import {
  createMemoryIncidents,
  createMemoryLog,
  createMemoryMonitorStates,
  createMemoryRecords,
} from '../../adapters/memory';
import type { Finding, Incident } from '../../core/contracts/incident';
import type { SagaInput, StepRequest } from '../../core/contracts/saga';
import { DEFAULT_RECOVERY, type RecoverySettings } from '../../core/policies/recovery/settings';
import type { Incidents } from '../../core/ports';
import { parseEnding, settle } from '../../lambdas/coordination/settle/core';
import { createMonitor, partOf, type Watch } from '../../lambdas/monitoring/monitor/core';
import { note } from '../../lambdas/monitoring/monitor/note';
import { type RecoveryPorts, recoverAll, type SweepTools, sweep } from '../../lambdas/monitoring/recovery/sweep';
import type { ExecutionEnd, TaskCall, TaskResult } from '../asl';
import { Xoshiro128 } from '../engine';
import { EPOCH_MS, SAGA } from '../saga/events';
import { FUNCTION_MS, type Parts, type Work } from '../saga/functions';
import { outcomeOf } from '../saga/model';
import { Platform, type Surroundings } from '../saga/platform';
import type { Order } from '../saga/workload';
import { Fleet, type LogDelivery, type LogLine, payloadOf, type RunningRequest } from './fleet';
import { canaryLog, NAMES, statusEvent } from './payloads';
import { FIRST_DEPLOYMENT, recoveryPorts } from './recovery-ports';
import { howEnded, type StruckWith, withStrike } from './strikes';
import type { Begun, Ending, Injection, WatchedOptions } from './watched-types';

const SWEEP_EVERY_MS = 60_000;
const SWEEP_FOR_MS = 40_000;
/** How long a line takes to the monitor: an assumption, and no figure of it is a result. */
const DELIVERY_LEAST_MS = 200;
const DELIVERY_SPAN_MS = 1_300;
/** A repeated delivery comes so much later. */
const AGAIN_MS = 30_000;
const GAP_MS = [60_000, 660_000] as const;
/** Nobody waits for recovery longer. */
const GIVEN_UP_MS = 3 * 86_400_000;

export class WatchedBooking implements Surroundings {
  readonly platform: Platform;
  readonly fleet: Fleet;
  readonly incidents: Incidents;
  readonly injections: Injection[] = [];
  readonly begun: Begun[] = [];
  readonly endings: Ending[] = [];
  /** Later runs that recovery began; the others are the reconciler's. */
  recoveryRuns = 0;
  /** When each action was done, or done again. */
  readonly performedAtMs: number[] = [];
  diagnoses = 0;
  suspicions = 0;
  canaries = 0;
  /** Deliveries that the monitor failed on. */
  failedDeliveries = 0;
  lostDeliveries = 0;
  private readonly monitors: readonly Watch[];
  private readonly ports: RecoveryPorts;
  private readonly settings: RecoverySettings;
  private readonly random: Xoshiro128;
  private readonly pending = new Map<string, LogLine[]>();
  private isSweeping = false;
  private isResting = false;
  private orders: readonly Order[] = [];

  constructor(private readonly options: WatchedOptions) {
    const { seed, rate, format, doubles = {}, trouble } = options;
    this.random = new Xoshiro128(seed, 13);
    this.fleet = new Fleet(options.deployment ?? FIRST_DEPLOYMENT, format);
    this.platform = new Platform({ seed, rate, surroundings: () => this });
    const world = this.platform.parts.world;
    const real = createMemoryIncidents({ world });
    this.incidents = doubles.incidents?.(real) ?? real;
    const states = createMemoryMonitorStates({ world });
    const watch = () =>
      createMonitor(
        {
          states: doubles.monitorStates?.(states) ?? states,
          incidents: trouble === 'denied' ? { ...this.incidents, put: denied } : this.incidents,
          executions: this.platform.machines.port(world),
          wake: async (ids) => this.wake(ids),
          log: createMemoryLog(),
        },
        {
          prefix: `${NAMES.prefix}-`,
          deaf: [NAMES.platformFunction('monitor'), NAMES.platformFunction('recovery')],
          canary: NAMES.platformFunction('canary'),
          partOf: (name) => partOf(NAMES, [SAGA], name),
        },
        { now: this.now },
      );
    this.monitors = trouble === 'doubled' ? [watch(), watch()] : [watch()];
    this.settings = doubles.settings ?? DEFAULT_RECOVERY;
    const ports = recoveryPorts(this);
    this.ports = doubles.recovery?.(ports) ?? ports;
  }

  readonly now = (): number => EPOCH_MS + Math.floor(this.platform.stage.clock.nowMs);

  async serve(orders: readonly Order[]): Promise<void> {
    this.orders = orders;
    this.sweepLater();
    await this.platform.serve(orders);
  }

  /** Somebody else than the monitor has found this; it is noted as the monitor notes. */
  note(finding: Finding): Promise<void> {
    const wake = async (ids: readonly string[]) => this.wake(ids);
    return note({ incidents: this.incidents, wake, log: createMemoryLog() }, [finding], this.now());
  }

  /** Recovery's schedule ends. */
  rest(): void {
    this.isResting = true;
  }

  allIncidents(): readonly Incident[] {
    return Object.values(this.platform.parts.world.state.incidents);
  }

  invoked(call: TaskCall, request: StepRequest, parts: Parts): ReturnType<Surroundings['invoked']> {
    const { step, saga } = request;
    const name = step === 'settle' ? NAMES.settleFunction : NAMES.stepFunction(SAGA, step);
    const running = this.fleet.begin(name, this.now());
    const planned = this.options.strike?.(call, request, running.version);
    let struck: StruckWith | undefined;
    const strike = planned && {
      ...planned,
      struck: () => {
        struck = planned.fault;
        const { id: requestId, functionName } = running;
        const { instance, event } = saga;
        const of = { instance, step, event: `${event.key}#${event.generation}` };
        this.injections.push({ requestId, fault: struck, functionName, ...of, atMs: this.now() });
      },
    };
    let isOpen = true;
    return {
      parts: strike === undefined ? parts : withStrike(parts, strike),
      ...(step === 'settle' ? { work: this.settleWork(request) } : {}),
      ended: (result) => {
        if (!isOpen) return;
        isOpen = false;
        this.options.answered?.(request, result, this.platform);
        this.log(running, result, struck);
      },
    };
  }

  ended(name: string, input: SagaInput, { status, ...end }: ExecutionEnd): void {
    const event = `${input.event.key}#${input.event.generation}`;
    this.endings.push({ name, event, run: input.run, status, atMs: this.now() });
    if (status === 'SUCCEEDED') return;
    const error = 'error' in end ? end.error : undefined;
    this.deliver(statusEvent(name, status, input, error), this.delay());
  }

  /** The end that is deployed, and what it would have written over. */
  private settleWork(request: StepRequest): Work {
    const ending = parseEnding(request);
    const { key, generation } = request.saga.event;
    return async (world, now) => {
      const records = createMemoryRecords({ world });
      const answer = await settle(records, request, ending, now());
      const stands = this.platform.parts.world.state.records[`${key}#${generation}`]?.outcome?.kind;
      if (stands !== ending.end && stands !== 'DEAD')
        this.platform.contradictions.push(`${key}: ${stands}, and then ${ending.end}`);
      return answer;
    };
  }

  private log(running: RunningRequest, result: TaskResult, struck: StruckWith | undefined): void {
    const how = howEnded(result.ok ? undefined : result.error, struck, FUNCTION_MS / 1_000);
    const { functionName, stream, lines } = running.end(how, this.now());
    const before = this.pending.get(stream);
    if (before !== undefined) {
      before.push(...lines);
      return;
    }
    this.pending.set(stream, [...lines]);
    this.platform.stage.clock.after(this.delay(), () => this.flush({ functionName, stream }));
  }

  private flush({ functionName, stream }: Omit<LogDelivery, 'lines'>): void {
    const lines = this.pending.get(stream) ?? [];
    this.pending.delete(stream);
    this.deliver(payloadOf({ functionName, stream, lines }), 0);
  }

  private delay(): number {
    return DELIVERY_LEAST_MS + this.random.next() * DELIVERY_SPAN_MS;
  }

  private deliver(payload: unknown, inMs: number): void {
    const { clock } = this.platform.stage;
    const send = (): void => {
      const isLost =
        this.options.trouble === 'down' ||
        (this.options.trouble === 'gap' && clock.nowMs >= GAP_MS[0] && clock.nowMs < GAP_MS[1]);
      if (isLost) {
        this.lostDeliveries += 1;
        return;
      }
      for (const watch of this.monitors)
        this.platform.stage.spawn(
          () => watch(payload),
          ({ diagnoses, suspicions, canaries }) => {
            this.diagnoses += diagnoses;
            this.suspicions += suspicions;
            this.canaries += canaries;
          },
          () => {
            this.failedDeliveries += 1;
          },
        );
    };
    clock.after(inMs, send);
    if (this.options.trouble === 'doubled') clock.after(inMs + AGAIN_MS, send);
  }

  private wake(ids: readonly string[]): void {
    this.recover((tools) => recoverAll(this.ports, this.settings, ids, tools));
    this.sweepLater();
  }

  /** Each minute, as long as there is anything that could become due. */
  private sweepLater(): void {
    if (this.isSweeping || this.isResting) return;
    this.isSweeping = true;
    this.platform.stage.clock.after(SWEEP_EVERY_MS, () => {
      this.isSweeping = false;
      this.recover((tools) => sweep(this.ports, this.settings, tools));
      if (this.options.canary) this.deliver(canaryLog(this.now()), 0);
      const isOpen = this.orders.some((order) => outcomeOf(this.platform, order) === undefined);
      const isDue = this.allIncidents().some(({ dueAtMs }) => dueAtMs !== undefined);
      if ((isOpen || isDue) && this.platform.stage.clock.nowMs < GIVEN_UP_MS) this.sweepLater();
    });
  }

  private recover(work: (tools: SweepTools) => Promise<unknown>): void {
    const { stage } = this.platform;
    const once = () =>
      stage.spawn(
        (own) => work({ now: this.now, sleep: (ms) => stage.sleep(own, ms), untilMs: this.now() + SWEEP_FOR_MS }),
        () => {},
        () => {},
      );
    once();
    if (this.options.trouble === 'doubled') once();
  }
}

const denied = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' }));
