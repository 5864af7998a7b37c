/** The kinds of calendar entries. */
export const ARRIVAL = 0;
export const VISIBLE = 1;
export const COMPLETE = 2;
export const WINDOW = 3;
export const TICK = 4;
export const IDLE_EXPIRY = 5;
export const PROVISIONED_READY = 6;
export const MAPPING_CHANGED = 7;
export const MINUTE = 8;

/** How a run ends. */
export const ENDS_WELL = 0;
export const TIMES_OUT = 1;
export const INTERRUPTED = 2;
