import { controllerEnvironment } from '../../../core/contracts/environments/controller';
import { readEnvironment } from '../../runtime/environment';

/** What a lane's controller reads from its environment. */
export const readControllerEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('controller', controllerEnvironment, variables);
