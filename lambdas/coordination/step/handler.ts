/**
 * Wires one step of a saga to AWS. The entry that a synth generates calls `createHandler` with the sagas of its application; which
 * of their steps this function is, its environment says, and its role allows that step's calls only.
 */
import { createClaims, createPaymentProvider, createSagaControl, createStateStore } from '../../../adapters/aws';
import { parseStepRequest, type StepAnswer } from '../../../core/contracts/saga';
import { runStep, type Saga, type StepPorts } from '../../../core/sagas';
import { paymentLambda, s3, stepDynamo } from '../../runtime/clients';
import { metricLine } from '../../runtime/metrics';
import { deployedStep } from './core';
import { readStepEnvironment } from './env';

export function createHandler(sagas: readonly Saga[]) {
  const environment = readStepEnvironment(process.env);
  const { saga, step, settings } = deployedStep(sagas, environment.SAGA, environment.STEP, environment.SETTINGS);
  const ports: StepPorts = {
    states: createStateStore({ dynamo: stepDynamo, table: environment.STATES_TABLE }),
    control: createSagaControl({ dynamo: stepDynamo, table: environment.CONTROL_TABLE }),
    claims: createClaims({ s3, bucket: environment.APP_STORE_BUCKET }),
    services: step.uses.includes('payments')
      ? { payments: createPaymentProvider({ lambda: paymentLambda, functionName: environment.PAYMENT_FUNCTION }) }
      : {},
    settings,
  };
  return async (event: unknown): Promise<StepAnswer> => {
    const request = parseStepRequest(event);
    const startedMs = performance.now();
    const answer = await runStep(step, request, ports, { now: Date.now });
    const dimensions = {
      environment: environment.ENVIRONMENT,
      stage: 'coordination',
      saga: saga.name,
      step: step.name,
    };
    const metrics = [
      { name: answer.status, unit: 'Count' as const, value: 1 },
      { name: 'busy', unit: 'Milliseconds' as const, value: performance.now() - startedMs },
    ];
    const { instance, run, event: of } = request.saga;
    const properties = { level: 'INFO', message: 'step', instance, run, event: of.id, attempt: request.attempt };
    process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
    return answer;
  };
}
