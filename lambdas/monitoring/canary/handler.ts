/** Invoked each minute by a schedule; what it is invoked with does not matter. */
import { createLog } from '../../runtime/log';
import { sing } from './core';
import { readCanaryEnvironment } from './env';

const { ENVIRONMENT } = readCanaryEnvironment(process.env);
const log = createLog({ service: `canary-${ENVIRONMENT}` });

export async function handler(): Promise<void> {
  sing(log);
}
