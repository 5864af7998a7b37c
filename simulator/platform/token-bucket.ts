/** A rate limit with a burst: filled continuously, looked at only when something is asked of it. */
export class TokenBucket {
  private level: number;
  private at = 0;

  constructor(
    private perSecond: number,
    private burst: number,
  ) {
    this.level = burst;
  }

  has(now: number): boolean {
    this.level = Math.min(this.burst, this.level + (now - this.at) * this.perSecond);
    this.at = now;
    return this.level >= 1;
  }

  take(now: number): boolean {
    if (!this.has(now)) return false;
    this.level -= 1;
    return true;
  }

  /** From now on. What is there already stays, up to the new burst. */
  resize(now: number, perSecond: number, burst: number): void {
    this.has(now);
    this.level = Math.min(burst, this.level + Math.max(0, burst - this.burst));
    this.perSecond = perSecond;
    this.burst = burst;
  }
}
