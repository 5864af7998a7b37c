/** What the monitor remembers between batches, one part for each function whose log it reads. */
export interface MonitorStates {
  /** `state`: JSON; `undefined` before the first. `version`: 0 before the first. */
  read(functionName: string): Promise<{ readonly state: string | undefined; readonly version: number }>;
  /** In place of that version. `false`: another writer was first, and what it wrote counts. */
  put(functionName: string, state: string, version: number): Promise<boolean>;
}
