import { republisherEnvironment } from '../../../core/contracts/environments/republisher';
import { readEnvironment } from '../../runtime/environment';

/** What the republisher reads from its environment. */
export const readRepublisherEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('republisher', republisherEnvironment, variables);
