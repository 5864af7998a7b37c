import { stepEnvironment } from '../../../core/contracts/environments/step';
import { readEnvironment } from '../../runtime/environment';

/** What a step's function reads from its environment. */
export const readStepEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('step', stepEnvironment, variables);
