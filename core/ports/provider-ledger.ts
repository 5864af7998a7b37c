import type { Payment } from '../contracts/payment';

/** The books of the payment provider's double: its own, so that they can be compared with what the platform believes. */
export interface ProviderLedger {
  /** Consistent. */
  read(key: string): Promise<Payment | undefined>;
  /**
   * Puts `next` on the condition that what is there is still `before`, which its `status` and `charges` tell; `undefined`: that there is
   * nothing. False where it is not: read again. A repeat of a put whose answer was lost is therefore false, too.
   */
  put(next: Payment, before: Payment | undefined): Promise<boolean>;
}
