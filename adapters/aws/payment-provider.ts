/** Payments by a function: the provider's adapter of whoever deploys this, or the double. */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { RetryableError, TerminalError } from '../../core/contracts/errors';
import type { PaymentAnswer } from '../../core/contracts/payment';
import type { PaymentProvider } from '../../core/ports/payment-provider';
import { isCallersFault, isThrottling } from './retry';

export interface PaymentProviderOptions {
  /** One that does not repeat by itself: whether a charge was made is found out by asking. */
  readonly lambda: LambdaClient;
  /** Name or ARN, with its alias. */
  readonly functionName: string;
}

const STATUSES = ['captured', 'declined', 'refunded', 'void', 'none', 'mismatch', 'unknown'];

export function createPaymentProvider({ lambda, functionName }: PaymentProviderOptions): PaymentProvider {
  const ask = async (call: object): Promise<PaymentAnswer> => {
    try {
      const { Payload, FunctionError } = await lambda.send(
        new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(call) }),
      );
      const answer: unknown = JSON.parse(new TextDecoder().decode(Payload) || 'null');
      return FunctionError === undefined ? checked(answer) : ofFailure(answer);
    } catch (error) {
      if (error instanceof TerminalError) throw error;
      // Refused before anything was done: by the platform, for now or for good.
      if (isThrottling(error)) throw new RetryableError(`the payment provider is busy: ${String(error)}`);
      if (isCallersFault(error)) throw error;
      return { status: 'unknown', words: String(error) };
    }
  };
  return {
    charge: (charge) => ask({ operation: 'charge', charge }),
    find: (key) => ask({ operation: 'find', key }),
    refund: (key) => ask({ operation: 'refund', key }),
  };
}

/** It may have died after the act. */
function ofFailure(answer: unknown): PaymentAnswer {
  const { errorType, errorMessage } = (answer ?? {}) as { readonly errorType?: string; readonly errorMessage?: string };
  if (errorType === 'TerminalError') throw new TerminalError(errorMessage ?? 'the payment provider refuses the call');
  return { status: 'unknown', words: `${errorType ?? 'Error'}: ${errorMessage ?? ''}` };
}

/** A function of somebody else's: what it answers is looked at before money depends on it. */
function checked(answer: unknown): PaymentAnswer {
  const { status, payment } = (answer ?? {}) as {
    readonly status?: string;
    readonly payment?: { readonly key?: unknown };
  };
  const whole = status === 'none' || status === 'unknown' || typeof payment?.key === 'string';
  return STATUSES.includes(status ?? '') && whole
    ? (answer as PaymentAnswer)
    : { status: 'unknown', words: 'the payment provider answers otherwise than agreed' };
}
