import type { Charge, PaymentAnswer } from '../contracts/payment';

/**
 * Takes money and gives it back, once for each idempotency key. A call that throws is as unknown as one that says so, unless it throws
 * a `TerminalError`. After either, `find` tells; a charge may be repeated under the same key at any time.
 */
export interface PaymentProvider {
  /** `captured` or `declined`, now or by an earlier call; `refunded` or `void` where `refund` came first: then nothing is taken. */
  charge(charge: Charge): Promise<PaymentAnswer>;
  /** `none` says nothing of a charge that is still on its way. */
  find(key: string): Promise<PaymentAnswer>;
  /**
   * `refunded`; or `void`, where nothing was taken: from then on the key is closed, so that a charge that is still on its way takes
   * nothing either; or `declined`.
   */
  refund(key: string): Promise<PaymentAnswer>;
}
