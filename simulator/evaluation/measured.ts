/**
 * h / s of the runner as it is deployed, rounded down; `npm run evaluate:overhead` measures it again. The runner reads once for a
 * batch and commits its records side by side, so a record adds only its processor time (.05 ms) to two requests of 5 ms each. A unit
 * that computes for long lowers it: the grid shows .05, .2 and 1 as well.
 */
export const MEASURED_OVERHEAD_TO_RECORD = 200;
