/** What a person or a recovery has decided about one instance of an application. */
export interface SagaGate {
  /** Its saga waits before its next step. */
  readonly paused: boolean;
  /** Its saga takes back what it has done, before its next step. */
  readonly cancelled: boolean;
  /** Why it was cancelled. */
  readonly reason?: string;
}

/** The gate that every step asks before it begins. */
export interface SagaControl {
  /** Consistent. Open where nobody has said anything. */
  gate(application: string, instance: string): Promise<SagaGate>;
  /** Says whether it is paused, and nothing else. */
  setPaused(application: string, instance: string, paused: boolean): Promise<void>;
  /** Says whether it is cancelled and why, and nothing else. Once its saga has turned back, nothing makes it go forward again. */
  setCancelled(application: string, instance: string, cancelled: boolean, reason?: string): Promise<void>;
}
