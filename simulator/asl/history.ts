/** Events that a standard execution writes to its history, which may hold 25,000: one place for the interpreter and the checker. */

/** ExecutionStarted, and how it ended. */
export const EVENTS_OF_EXECUTION = 2;
/** Entered and exited; a Fail state is only entered. */
export const EVENTS_OF_STATE = 2;
export const EVENTS_OF_FAIL = 1;
/** Scheduled, started, and how the attempt ended; a task with a token is submitted in between. */
export const EVENTS_OF_ATTEMPT = 3;
export const EVENTS_OF_TOKEN_ATTEMPT = 4;
/** A Map or a Parallel starts and ends inside its entered and exited; each try of it again. */
export const EVENTS_OF_BRANCHING = 2;
/** An iteration of a Map starts and ends. */
export const EVENTS_OF_ITERATION = 2;
