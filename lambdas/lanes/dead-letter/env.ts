import { deadLetterEnvironment } from '../../../core/contracts/environments/dead-letter';
import { readEnvironment } from '../../runtime/environment';

/** What the dead-letter function reads from its environment. */
export const readDeadLetterEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('dead-letter', deadLetterEnvironment, variables);
