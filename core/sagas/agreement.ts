import type { Agreement, LedgerEntries, ServiceName, Step } from './definitions';

export interface AgreementDefinition<Result, Ledger extends ServiceName> {
  /** Whose act it is about. */
  readonly step: Step<Result>;
  readonly ledger: Ledger;
  whenDone(result: Result, entry: LedgerEntries[Ledger]): boolean;
  whenUndone(entry: LedgerEntries[Ledger]): boolean;
}

/** What a service's own books must say of a step, for a saga's `agreements`. Only by the step's name, since steps of any result fit into one list. */
export function defineAgreement<Result, Ledger extends ServiceName>(
  definition: AgreementDefinition<Result, Ledger>,
): Agreement {
  const { step, ledger, whenDone, whenUndone } = definition;
  return Object.freeze({ step: step.name, ledger, whenDone, whenUndone } as Agreement);
}
