/** A first-in-first-out queue of numbers that allocates only when it grows. */
export class Ring {
  private values = new Float64Array(64);
  private head = 0;
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) this.grow();
    this.values[(this.head + this.length) & (this.values.length - 1)] = value;
    this.length++;
  }

  /** The oldest; NaN of nothing. */
  peek(): number {
    return this.length === 0 ? Number.NaN : (this.values[this.head] as number);
  }

  /** Takes the oldest out; NaN of nothing. */
  shift(): number {
    if (this.length === 0) return Number.NaN;
    const value = this.values[this.head] as number;
    this.head = (this.head + 1) & (this.values.length - 1);
    this.length--;
    return value;
  }

  private grow(): void {
    const grown = new Float64Array(2 * this.values.length);
    for (let index = 0; index < this.length; index++)
      grown[index] = this.values[(this.head + index) & (this.values.length - 1)] as number;
    this.values = grown;
    this.head = 0;
  }
}
