import type { Incident, RecoveryLimits, RecoveryMode } from '../contracts/incident';

/** What was read of an incident: a write is refused where it is not there any more. 0 for both: there was none. */
export interface ReadIncident {
  readonly version: number;
  readonly token: number;
}

export interface ReadLimits {
  /** `undefined` before the first action. */
  readonly limits: RecoveryLimits | undefined;
  readonly version: number;
}

/** What was found and what was done about it, the limits of all recoveries, and the switch that stops them. */
export interface Incidents {
  /** Consistent. */
  read(id: string): Promise<Incident | undefined>;
  /** In place of what was read. `false`: another write was first, or another recovery has taken it since. */
  put(next: Incident, read: ReadIncident): Promise<boolean>;
  /**
   * Begins an action: the incident with the action in it, the limits without it, and that the switch is not off, in one transaction. So
   * nothing is done that is not written down, not paid for, or forbidden.
   */
  begin(
    next: Incident,
    read: ReadIncident,
    limits: { readonly next: RecoveryLimits; readonly version: number },
  ): Promise<'begun' | 'off' | 'conflict'>;
  limits(): Promise<ReadLimits>;
  putLimits(next: RecoveryLimits, version: number): Promise<boolean>;
  /** `on` where nothing was ever said. Consistent. */
  mode(): Promise<RecoveryMode>;
  setMode(mode: RecoveryMode): Promise<void>;
  /** Ids of incidents that are due, the longest waiting first. */
  due(nowMs: number, limit: number): Promise<readonly string[]>;
}
