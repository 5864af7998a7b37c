export const OK = 'ok';

/** `warning`: works, but not as it should; `note`: not asked for now. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'warning' | 'fault';
  readonly what: string;
  /** What to do about it. */
  readonly remedy?: string;
}
