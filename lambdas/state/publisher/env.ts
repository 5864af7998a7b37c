import { publisherEnvironment } from '../../../core/contracts/environments/publisher';
import { readEnvironment } from '../../runtime/environment';

/** What the publisher reads from its environment. */
export const readPublisherEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('publisher', publisherEnvironment, variables);
