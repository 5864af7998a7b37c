/** What can be asked of a watched booking, and what it writes down. */
import type { BegunAction } from '../../core/contracts/incident';
import type { StepRequest } from '../../core/contracts/saga';
import type { RecoverySettings } from '../../core/policies/recovery/settings';
import type { Deployment, Incidents, MonitorStates } from '../../core/ports';
import type { RecoveryPorts } from '../../lambdas/monitoring/recovery/sweep';
import type { ExecutionEnd, TaskCall, TaskResult } from '../asl';
import type { Platform } from '../saga/platform';
import type { LogFormat } from './log-lines';
import type { Strike, StruckWith } from './strikes';

/** Of the monitor. `gap`: for ten minutes nothing reaches it. `doubled`: two of them, everything twice, and recovery twice at once. */
export const TROUBLES = ['none', 'down', 'denied', 'doubled', 'gap'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What may be replaced by a double that does nothing. */
export interface Doubles {
  readonly settings?: RecoverySettings;
  readonly incidents?: (real: Incidents) => Incidents;
  readonly monitorStates?: (real: MonitorStates) => MonitorStates;
  readonly recovery?: (real: RecoveryPorts) => RecoveryPorts;
}

export interface WatchedOptions {
  readonly seed: number;
  /** Chance that a call goes wrong by itself. */
  readonly rate: number;
  readonly format: LogFormat;
  readonly trouble?: Trouble;
  readonly doubles?: Doubles;
  /** Of all functions, until one is rolled back. */
  readonly deployment?: Deployment;
  /** The fault of one invocation, if it is to have one. */
  strike?(call: TaskCall, request: StepRequest, version: string): Omit<Strike, 'struck'> | undefined;
  /** The canary logs its known error each minute. */
  readonly canary?: boolean;
  /** Told of each answer of a step. */
  answered?(request: StepRequest, result: TaskResult, platform: Platform): void;
}

export interface Injection {
  readonly requestId: string;
  readonly fault: StruckWith;
  readonly functionName: string;
  readonly instance: string;
  readonly step: string;
  /** Key and generation of the event. */
  readonly event: string;
  readonly atMs: number;
}
export interface Begun {
  readonly incident: string;
  readonly action: BegunAction;
  readonly atMs: number;
}
export interface Ending {
  readonly name: string;
  /** Key and generation of the event. */
  readonly event: string;
  readonly run: number;
  readonly status: ExecutionEnd['status'];
  readonly atMs: number;
}
