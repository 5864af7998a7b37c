/**
 * The hybrid histogram policy (Shahrad et al., ATC'20): per application, a histogram of idle times in minutes over four hours. Its 5th
 * percentile, less 10 %, is when to warm again after a use, its 99th, plus 10 %, how long to keep. Where the histogram says little, the
 * fixed four hours stand; where most idle times are beyond it, a forecast of the next one from their mean takes over (the paper fits
 * ARIMA).
 */
const MINUTES = 240;
const MARGIN = 0.1;
/** Of the bins' counts: below it the histogram has no shape yet. */
const REPRESENTATIVE_CV = 2;
const MOST_BEYOND = 0.5;

export interface Windows {
  readonly preWarmMinutes: number;
  readonly keepAliveMinutes: number;
}

export class IdleHistogram {
  private readonly bins = new Float64Array(MINUTES);
  private inside = 0;
  private beyond = 0;
  private beyondSum = 0;

  add(idleMinutes: number): void {
    const bin = Math.floor(idleMinutes);
    if (bin >= MINUTES) {
      this.beyond++;
      this.beyondSum += idleMinutes;
    } else {
      this.bins[bin] = (this.bins[bin] as number) + 1;
      this.inside++;
    }
  }

  windows(): Windows {
    const seen = this.inside + this.beyond;
    if (seen > 0 && this.beyond / seen > MOST_BEYOND) {
      const next = this.beyondSum / this.beyond;
      return { preWarmMinutes: next * (1 - 0.15), keepAliveMinutes: next * 0.3 };
    }
    if (this.variation() < REPRESENTATIVE_CV) return { preWarmMinutes: 0, keepAliveMinutes: MINUTES };
    const head = Math.floor(this.percentile(0.05) * (1 - MARGIN));
    const tail = Math.ceil((this.percentile(0.99) + 1) * (1 + MARGIN));
    return { preWarmMinutes: head, keepAliveMinutes: Math.max(1, tail - head) };
  }

  private percentile(level: number): number {
    let left = level * this.inside;
    for (let bin = 0; bin < MINUTES; bin++) {
      left -= this.bins[bin] as number;
      if (left <= 1e-9) return bin;
    }
    return MINUTES - 1;
  }

  /** Coefficient of variation of the counts. */
  private variation(): number {
    if (this.inside === 0) return 0;
    const mean = this.inside / MINUTES;
    const squares = this.bins.reduce((sum, each) => sum + (each - mean) ** 2, 0) / MINUTES;
    return Math.sqrt(squares) / mean;
  }
}
