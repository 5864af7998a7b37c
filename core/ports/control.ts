/** A lane's control record: what a person or the controller has decided about it. */
export interface LaneControl {
  readonly lane: string;
  readonly paused: boolean;
  /** The form in which chains begin. Ordered lanes are always fused. */
  readonly form: 'fused' | 'split';
}

/** What the lane's runner has seen: the reconciler leaves alone whatever is younger. */
export interface LaneWatermark {
  readonly lane: string;
  /** Oldest send time (epoch ms) in the last batch that the runner received. */
  readonly oldestSentAtMs: number;
  /** When it was seen. */
  readonly seenAtMs: number;
  /** Visible, in-flight and delayed messages, as the provider approximates them; 0 makes the watermark "now". */
  readonly backlog: number;
}

export interface Control {
  lane(lane: string): Promise<LaneControl>;
  putLane(control: LaneControl): Promise<void>;
  /** Pauses the lane or lets it run again, and changes nothing else: the form is the controller's to say. */
  putPaused(lane: string, paused: boolean): Promise<void>;
  /**
   * Changes the form and nothing else: whether the lane is paused is a person's to say. `false`: somebody holds the form at `nowMs`, and
   * it stays as it is.
   */
  putForm(lane: string, form: LaneControl['form'], nowMs: number): Promise<boolean>;
  /** Puts the form and keeps it from `putForm` until then: a rollback relies on it. Should its process die, the hold ends by itself. */
  holdForm(lane: string, form: LaneControl['form'], untilMs: number): Promise<void>;
  /** Puts the form and ends a hold. */
  releaseForm(lane: string, form: LaneControl['form']): Promise<void>;
  putWatermark(lane: string, oldestSentAtMs: number, seenAtMs: number): Promise<void>;
  watermark(lane: string): Promise<LaneWatermark>;
}
