/** Wires the payment provider's double to a table of its own. Deployed where a configuration says so, and never in `prod`. */
import { createProviderLedger } from '../../../adapters/aws';
import type { PaymentAnswer } from '../../../core/contracts/payment';
import { dynamo } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { createProviderDouble, parseProviderCall } from './core';
import { readProviderDoubleEnvironment } from './env';

const environment = readProviderDoubleEnvironment(process.env);
const log = createLog({ service: 'provider-double' });
const answer = createProviderDouble(
  createProviderLedger({ dynamo, table: environment.PAYMENTS_TABLE }),
  {
    leastLatencyMs: environment.LEAST_LATENCY_MILLISECONDS,
    mostLatencyMs: environment.MOST_LATENCY_MILLISECONDS,
    lostAnswers: environment.LOST_ANSWERS_PERCENT / 100,
    lostCalls: environment.LOST_CALLS_PERCENT / 100,
    hangMs: environment.HANG_MILLISECONDS,
  },
  { random: Math.random, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
);

export async function handler(event: unknown): Promise<PaymentAnswer> {
  const given = await answer(event);
  const { operation } = parseProviderCall(event);
  log.info('payment', { operation, status: given.status });
  return given;
}
