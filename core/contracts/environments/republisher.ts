/** Environment variables of the republisher. */
import * as v from 'valibot';
import { text } from './fields';

export const republisherEnvironment = v.object({ ENVIRONMENT: text, EFFECTS_TABLE: text, BUS: text });
