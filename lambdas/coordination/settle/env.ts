import { settleEnvironment } from '../../../core/contracts/environments/settle';
import { readEnvironment } from '../../runtime/environment';

/** What the function that settles sagas reads from its environment. */
export const readSettleEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('settle', settleEnvironment, variables);
