/** What happened, and on the next line what a person can do about it. */
export class LocalError extends Error {
  constructor(what: string, remedy: string);
}
export function pinnedVersion(requirements?: string): string;
export function venvFolder(): string;
export function findPython(probe?: (command: string) => readonly number[] | undefined, named?: string): string;
export function explainFailure(output: string): LocalError;
/** Python of the environment; undefined where it is not there, not whole, or made from other requirements. */
export function venvPython(): string | undefined;
/** Exported for its test. Waits while another living process holds the folder; answers with what releases it. */
export function lock(folder: string): () => void;
/** Answers with the path of the environment's Python. */
export function ensureVenv(onProgress?: (message: string) => void): string;
