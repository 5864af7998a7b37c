import { canaryEnvironment } from '../../../core/contracts/environments/canary';
import { readEnvironment } from '../../runtime/environment';

/** What the canary reads from its environment. */
export const readCanaryEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('canary', canaryEnvironment, variables);
