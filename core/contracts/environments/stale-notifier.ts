/** Environment variables of the stale notifier. */
import * as v from 'valibot';
import { text } from './fields';

export const staleNotifierEnvironment = v.object({ ENVIRONMENT: text, BUS: text });
