/** Which step a function is, with its application's settings, which a configuration of another version may have wrong. */
import * as v from 'valibot';
import { InvalidValueError } from '../../../core/contracts/errors';
import { type Saga, type Step, stepOf } from '../../../core/sagas';

export interface DeployedStep {
  readonly saga: Saga;
  readonly step: Step;
  readonly settings: unknown;
}

/** Throws with every fault, when the function starts and not when its first event comes. */
export function deployedStep(
  sagas: readonly Saga[],
  sagaName: string,
  stepName: string,
  settings: unknown,
): DeployedStep {
  const saga = sagas.find((each) => each.name === sagaName);
  if (saga === undefined) {
    const allowed = sagas.map(({ name }) => name).join(', ');
    throw new InvalidValueError('step', [{ path: 'SAGA', value: sagaName, allowed }]);
  }
  const parsed = v.safeParse(saga.settings, settings);
  if (!parsed.success)
    throw new InvalidValueError(
      `settings of saga ${saga.name}`,
      parsed.issues.map((each) => ({ path: v.getDotPath(each) ?? '(root)', value: each.input, allowed: each.message })),
    );
  return { saga, step: stepOf(saga, stepName), settings: parsed.output };
}
