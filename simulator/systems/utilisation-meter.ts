/** ProvisionedConcurrencyUtilization as CloudWatch has it: per minute, its average and its maximum. */
import type { LaneView } from '../platform/policy';

export interface UtilisationPoint {
  readonly average: number;
  readonly maximum: number;
}

/**
 * Looks at a lane whenever an event arrives: Poisson arrivals see time averages, and a maximum lies just before or after one. Only
 * what runs on provisioned environments counts, so the utilisation is never above 1.
 */
export class UtilisationMeter {
  private samples = 0;
  private sum = 0;
  private most = 0;
  /** Provisioned environments that are usable. */
  allocated = 0;

  look(lane: LaneView): void {
    const busy = Math.min(this.allocated, lane.invocations);
    this.samples++;
    this.sum += busy;
    if (busy > this.most) this.most = busy;
  }

  /** Of the minute that ends; `undefined` where nothing ran or nothing is provisioned: then CloudWatch has no datapoint. */
  close(): UtilisationPoint | undefined {
    const { samples, sum, most, allocated } = this;
    this.samples = 0;
    this.sum = 0;
    this.most = 0;
    if (samples === 0 || allocated === 0) return undefined;
    return { average: sum / samples / allocated, maximum: Math.min(1, most / allocated) };
  }
}
