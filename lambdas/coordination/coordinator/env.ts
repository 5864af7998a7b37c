import { coordinatorEnvironment } from '../../../core/contracts/environments/coordinator';
import { readEnvironment } from '../../runtime/environment';

/** What a coordinator reads from its environment. */
export const readCoordinatorEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('coordinator', coordinatorEnvironment, variables);
