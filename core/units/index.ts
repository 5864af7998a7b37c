/** All that an application imports. */
export { RetryableError, TerminalError } from '../contracts/errors';
export type { CloudEvent } from '../contracts/event';
export { defineApplication, defineChain, defineUnit } from './define';
export type { Application, Chain, Stage, Unit, UnitCall, UnitContext, UnitOutput } from './definitions';
