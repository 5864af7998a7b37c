import { providerDoubleEnvironment } from '../../../core/contracts/environments/provider-double';
import { readEnvironment } from '../../runtime/environment';

/** What the payment provider's double reads from its environment. */
export const readProviderDoubleEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('provider-double', providerDoubleEnvironment, variables);
