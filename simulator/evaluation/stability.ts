/** Stability (D3): the share of ten-second cells of a class whose p95 is above the objective, or in which an event was refused. */
const CELL_SECONDS = 10;

/** Takes a class's events in the order of their arrival. A cell without events does not count. */
export class StabilityCells {
  count = 0;
  unstable = 0;
  private cell = -1;
  private events = 0;
  private late = 0;
  private refused = false;

  constructor(private readonly objectiveSeconds: number) {}

  add(arrivedSeconds: number, latencySeconds: number, refused: boolean): void {
    const cell = Math.floor(arrivedSeconds / CELL_SECONDS);
    if (cell !== this.cell) {
      this.close();
      this.cell = cell;
    }
    this.events++;
    if (latencySeconds > this.objectiveSeconds) this.late++;
    if (refused) this.refused = true;
  }

  /** The p95 of n values, by nearest rank, is above the objective where more than n - ⌈.95 n⌉ of them are. */
  close(): void {
    if (this.events === 0) return;
    this.count++;
    if (this.refused || this.late > this.events - Math.ceil(0.95 * this.events)) this.unstable++;
    this.events = 0;
    this.late = 0;
    this.refused = false;
  }
}
