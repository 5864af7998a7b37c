/**
 * Environment variables of every function: one schema each, which the construct that sets them and the function that reads them share. A function
 * takes its own from `environments/`, and of this file only types: it would bring all the others into the bundle.
 */
import type * as v from 'valibot';
import { canaryEnvironment } from './environments/canary';
import { controllerEnvironment } from './environments/controller';
import { coordinatorEnvironment } from './environments/coordinator';
import { deadLetterEnvironment } from './environments/dead-letter';
import { ingestEnvironment } from './environments/ingest';
import { monitorEnvironment } from './environments/monitor';
import { providerDoubleEnvironment } from './environments/provider-double';
import { publisherEnvironment } from './environments/publisher';
import { reconcilerEnvironment } from './environments/reconciler';
import { recoveryEnvironment } from './environments/recovery';
import { republisherEnvironment } from './environments/republisher';
import { runnerEnvironment } from './environments/runner';
import { settleEnvironment } from './environments/settle';
import { staleNotifierEnvironment } from './environments/stale-notifier';
import { stepEnvironment } from './environments/step';

export type { Classification } from './environments/ingest';
export type { LaneRoute } from './environments/lanes';

export const FUNCTION_ENVIRONMENTS = {
  ingest: ingestEnvironment,
  runner: runnerEnvironment,
  coordinator: coordinatorEnvironment,
  step: stepEnvironment,
  settle: settleEnvironment,
  'provider-double': providerDoubleEnvironment,
  publisher: publisherEnvironment,
  republisher: republisherEnvironment,
  'dead-letter': deadLetterEnvironment,
  reconciler: reconcilerEnvironment,
  monitor: monitorEnvironment,
  recovery: recoveryEnvironment,
  canary: canaryEnvironment,
  'stale-notifier': staleNotifierEnvironment,
  controller: controllerEnvironment,
} as const;
export type FunctionKind = keyof typeof FUNCTION_ENVIRONMENTS;
/** What a function reads, parsed. */
export type FunctionEnvironment<K extends FunctionKind> = v.InferOutput<(typeof FUNCTION_ENVIRONMENTS)[K]>;
/** What a construct must set, as strings. */
export type FunctionVariables<K extends FunctionKind> = v.InferInput<(typeof FUNCTION_ENVIRONMENTS)[K]>;
