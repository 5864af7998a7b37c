import * as v from 'valibot';
import { json, text } from './fields';

/** ARN of the function that takes payments, by application: the books that are compared with what became of its events. */
export const PAYMENT_FUNCTIONS = json(v.record(text, text));
