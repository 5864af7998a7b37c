/** Amazon States Language in virtual time: the subset that this project uses, compiled and run, and its checks. */
export { type Case, type CaseAnswer, type CaseEnd, runCase } from './case';
export * from './check';
export { type Timer, VirtualClock } from './clock';
export { compileMachine, type Machine } from './compile';
export type { Definition } from './definition';
export { Execution } from './execution';
export type { ExecutionEnd, Host, TaskCall, TaskResult } from './host';
export { isObject, type Json, type JsonObject } from './json';
export { type WorstCase, worstHistory } from './worst-history';
