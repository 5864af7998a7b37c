/** What all commands share: their common options, the connection, and the exit code. */
import { type Command, InvalidArgumentError } from 'commander';
import { type Connection, configurationOf, connect } from './connection';
import { explained, UserError } from './errors';

/** What was asked for holds; it does not; the command could not find out, or was not understood. */
export const EXIT = { holds: 0, fails: 1, cannot: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface CommonOptions {
  readonly env: string;
  readonly json?: boolean;
}

export const withEnvironment = (command: Command): Command =>
  command.option('--env <name>', 'environment that the command is about', process.env.TRIAGE_ENV ?? 'local');
export const withJson = (command: Command): Command => command.option('--json', 'print JSON for a program to read');

/** Runs a command's work, prints a fault with its remedy, and sets the exit code. */
export async function run(environment: string, work: () => Promise<ExitCode | undefined>): Promise<void> {
  try {
    process.exitCode = (await work()) ?? EXIT.holds;
  } catch (error) {
    const told = explained(error, { environment, endpoint: process.env.AWS_ENDPOINT_URL });
    process.stderr.write(`${messageOf(told)}\n`);
    process.exitCode = EXIT.cannot;
  }
}

/** `check` looks at the options: a fault in them needs no endpoint to be found. */
export const runConnected = (
  environment: string,
  work: (connection: Connection) => Promise<ExitCode | undefined>,
  check: () => void = () => {},
) =>
  run(environment, async () => {
    configurationOf(environment);
    check();
    const connection = await connect(environment);
    try {
      return await work(connection);
    } catch (error) {
      throw explained(error, connection);
    } finally {
      for (const client of Object.values(connection.clients)) client.destroy();
    }
  });

function messageOf(error: unknown): string {
  if (error instanceof UserError) return `${error.message}\n${error.remedy}`;
  if (error instanceof Error && error.name === 'LocalError') return error.message;
  if (process.env.TRIAGE_DEBUG && error instanceof Error) return error.stack ?? error.message;
  return `${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\nSet TRIAGE_DEBUG=1 to see where it came from.`;
}

export function checkWindow({ from, to }: { readonly from?: number; readonly to?: number }): void {
  if ((from ?? 0) < (to ?? Number.POSITIVE_INFINITY)) return;
  const remedy = 'An age counts back from now: --from 2h --to 1h is the hour before the last.';
  throw new UserError('--from is not before --to.', remedy);
}

/** The signals that end a command, as one that its work can look at. */
export function untilInterrupted(): AbortSignal {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());
  return abort.signal;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('A number above 0 is needed.');
  return value;
}
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number from 0 is needed.');
  return Number(text);
}
export function wholeNumberAbove0(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('A whole number above 0 is needed.');
  return value;
}
export function percentage(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (!(value >= 0 && value <= 100) || text.trim() === '')
    throw new InvalidArgumentError('A percentage, 0-100, is needed.');
  return value;
}

/** An instant (`2026-11-21T12:00:00Z`), or an age (`90s`, `15m`, `2h`, `3d` ago). */
export function instant(text: string): number {
  const age = /^(\d+)([smhd])$/.exec(text);
  if (age) return Date.now() - Number(age[1]) * { s: 1e3, m: 6e4, h: 36e5, d: 864e5 }[age[2] as 's' | 'm' | 'h' | 'd'];
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new InvalidArgumentError('An instant (2026-11-21T12:00:00Z) or an age (15m, 2h, 3d) is needed.');
  return at;
}
