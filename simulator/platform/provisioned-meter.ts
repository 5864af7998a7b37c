/**
 * How provisioned concurrency is billed: from when it is asked for until it is given back, rounded up to five minutes. What a change of
 * size restarts is not documented, so both readings are kept: only the environments added (`perLevel`), or all (`perConfiguration`).
 */
import { LAMBDA_FACTS } from './facts';

const STEP = LAMBDA_FACTS.provisionedBillingSeconds;

interface Held {
  readonly environments: number;
  readonly from: number;
  readonly until: number;
}

export class ProvisionedMeter {
  private readonly levels: Held[] = [];
  private readonly configurations: Held[] = [];
  /** Since when each level is held that is held now. */
  private readonly since: number[] = [];
  private changedAt = 0;

  /** Environments asked for, from now on. */
  set(now: number, environments: number): void {
    if (environments === this.since.length) return;
    if (this.since.length > 0)
      this.configurations.push({ environments: this.since.length, from: this.changedAt, until: now });
    this.changedAt = now;
    while (this.since.length > environments)
      this.levels.push({ environments: 1, from: this.since.pop() as number, until: now });
    while (this.since.length < environments) this.since.push(now);
  }

  /** Environment-seconds billed in [from, until), as if all that is held then were given back at its end. */
  between(from: number, until: number): { readonly perLevel: number; readonly perConfiguration: number } {
    const open = this.since.map((since) => ({ environments: 1, from: since, until }));
    const last = { environments: this.since.length, from: this.changedAt, until };
    const sum = (all: readonly Held[]) => all.reduce((total, held) => total + billed(held, from, until), 0);
    return { perLevel: sum([...this.levels, ...open]), perConfiguration: sum([...this.configurations, last]) };
  }
}

function billed(held: Held, from: number, until: number): number {
  const seconds = Math.min(held.until, until) - Math.max(held.from, from);
  return seconds <= 0 ? 0 : held.environments * Math.ceil(seconds / STEP - 1e-9) * STEP;
}
