/** Whether a lane takes more events: a fixed bound on what it already holds. */

export interface AdmissionState {
  /** What the lane held when it was last looked at. */
  readonly backlog: number;
  readonly observedAtMs: number;
  /** Admitted since then by this worker; what the lane has finished meanwhile is not known, so the bound errs on the safe side. */
  readonly admitted: number;
}

/** Older observations say too little about the lane. */
export const OBSERVATION_LIFE_MS = 5_000;

export function needsObservation(state: AdmissionState | undefined, nowMs: number): boolean {
  return state === undefined || nowMs - state.observedAtMs >= OBSERVATION_LIFE_MS;
}

export function observed(backlog: number, nowMs: number): AdmissionState {
  return { backlog, observedAtMs: nowMs, admitted: 0 };
}

/** A batch is taken whole or not at all, so that a repeat of it is the same. `state` undefined: the lane could not be looked at. It is admitted then, since not knowing is no proof of overload. */
export function decideAdmission(
  state: AdmissionState | undefined,
  input: { readonly lane: string; readonly bound: number; readonly events: number },
): { readonly decision: 'admit' | 'refuse'; readonly reason: string; readonly state: AdmissionState | undefined } {
  if (state === undefined) return { decision: 'admit', reason: 'backlog unknown', state };
  const held = state.backlog + state.admitted;
  if (held >= input.bound)
    return { decision: 'refuse', reason: `lane ${input.lane} holds ${held}, its bound is ${input.bound}`, state };
  return {
    decision: 'admit',
    reason: `below the bound of ${input.bound}`,
    state: { ...state, admitted: state.admitted + input.events },
  };
}
