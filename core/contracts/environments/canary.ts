/** Environment variables of the canary. */
import * as v from 'valibot';
import { text } from './fields';

export const canaryEnvironment = v.object({ ENVIRONMENT: text });
