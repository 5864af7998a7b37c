/** The execution environments of one function, in typed arrays that grow. */
export class Environments {
  /** Those that exist. */
  count = 0;
  /** 1: provisioned, 0: on demand. */
  provisioned = new Uint8Array(64);
  /** First event of the batch that it runs. */
  batch = new Int32Array(64);
  /** When its run began, how long its init took (0: none), and how the run ends. */
  beganAt = new Float64Array(64);
  initSeconds = new Float64Array(64);
  fate = new Uint8Array(64);
  /** What its times are multiplied with. */
  slowness = new Float64Array(64);
  /** Made so far: the number by which its luck is drawn. */
  made = 0;
  private readonly free: number[] = [];
  private used = 0;

  create(provisioned: boolean, slowness: number): number {
    const environment = this.free.pop() ?? this.unused();
    this.provisioned[environment] = provisioned ? 1 : 0;
    this.slowness[environment] = slowness;
    this.count++;
    this.made++;
    return environment;
  }

  destroy(environment: number): void {
    this.free.push(environment);
    this.count--;
  }

  private unused(): number {
    if (this.used === this.fate.length) {
      const size = 2 * this.used;
      const bytes = (from: Uint8Array) => {
        const to = new Uint8Array(size);
        to.set(from);
        return to;
      };
      const floats = (from: Float64Array) => {
        const to = new Float64Array(size);
        to.set(from);
        return to;
      };
      const batch = new Int32Array(size);
      batch.set(this.batch);
      this.batch = batch;
      this.provisioned = bytes(this.provisioned);
      this.fate = bytes(this.fate);
      this.beganAt = floats(this.beganAt);
      this.initSeconds = floats(this.initSeconds);
      this.slowness = floats(this.slowness);
    }
    return this.used++;
  }
}
