/** One log event, understood. What a record may lead to depends on who alone can write one of its type. */

/** Who writes records of this shape. */
export type RecordSource = 'platform-text' | 'platform-json' | 'triage-logger' | 'language-runtime';

export type Status = 'success' | 'error' | 'failure' | 'timeout';

export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly causeCode?: string;
}

export type LogRecord = (
  | { readonly type: 'start'; readonly requestId: string; readonly version?: string }
  | { readonly type: 'end'; readonly requestId: string }
  | {
      readonly type: 'report';
      readonly requestId: string;
      /** Left out in the text format when all went well, or when Lambda does not say. */
      readonly status?: Status;
      readonly errorType?: string;
      readonly memoryMb?: number;
      readonly usedMb?: number;
    }
  | { readonly type: 'runtime-done'; readonly requestId: string; readonly status?: Status; readonly errorType?: string }
  | { readonly type: 'init-start' }
  | { readonly type: 'init-report'; readonly phase: string; readonly status?: Status; readonly errorType?: string }
  | { readonly type: 'timed-out'; readonly requestId: string; readonly seconds: number }
  | { readonly type: 'exited'; readonly requestId: string; readonly how: string; readonly errorType?: string }
  | { readonly type: 'extension'; readonly errorType?: string }
  | { readonly type: 'logs-dropped'; readonly records: number }
  /** An error that the language runtime reports. The console writes the same shape, so it is a claim. */
  | { readonly type: 'claim'; readonly requestId?: string; readonly error: LoggedError }
  | {
      readonly type: 'logged';
      readonly level: 'INFO' | 'WARN' | 'ERROR';
      readonly service: string;
      readonly error?: LoggedError;
    }
) & { readonly source: RecordSource };

export const REQUEST_ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const REQUEST_ID_ONLY = new RegExp(`^${REQUEST_ID}$`);
export const isRequestId = (value: unknown): value is string =>
  typeof value === 'string' && REQUEST_ID_ONLY.test(value);

/** Names of errors: short, and of no character that a log or a page could take for something else. */
export const ERROR_NAME = '[A-Za-z_$][\\w$.:<>-]{0,99}';
const ERROR_NAME_ONLY = new RegExp(`^${ERROR_NAME}$`);
export const errorName = (value: unknown): string | undefined =>
  typeof value === 'string' && ERROR_NAME_ONLY.test(value) ? value : undefined;

export function statusOf(value: unknown): Status | undefined {
  return value === 'success' || value === 'error' || value === 'failure' || value === 'timeout' ? value : undefined;
}
