import { recoveryEnvironment } from '../../../core/contracts/environments/recovery';
import { readEnvironment } from '../../runtime/environment';

/** What recovery reads from its environment. */
export const readRecoveryEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('recovery', recoveryEnvironment, variables);
