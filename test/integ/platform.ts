/** The deployed platform as the integration tests use it: by the commands a person uses, and waits on conditions. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import type { Connection } from '../../cli/connection';
import { type QueueDepths, readDepths, total } from '../../cli/readers/depths';
import { LIVE_ALIAS } from '../../core/contracts/names';
import type { AuditReport } from '../../core/policies/audit';
import { ROOT } from '../../local/session';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts Node in a folder; what it says is kept. */
export function startNode(folder: string, words: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const child = spawn(process.execPath, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, stdout, stderr }));
  return { child, ended };
}

export const startTriage = (...words: string[]): Running => startNode(ROOT, ['bin/triage.cjs', ...words]);

/** Runs a command to its end; throws with what it said where it does not exit with 0. */
export async function triage(...words: string[]): Promise<string> {
  return succeeded(words.join(' '), await startTriage(...words).ended);
}

export function succeeded(what: string, { code, stdout, stderr }: Ended): string {
  if (code !== 0) throw new Error(`${what} ended with ${code}: ${(stdout + stderr).slice(-3_000)}`);
  return stdout;
}

/** The audit's report once nothing is open, or the last one when patience has ended. */
export async function settledAudit(journal: string, patienceMs: number, run = startTriage): Promise<AuditReport> {
  const { seen } = await poll(
    async () => {
      const { stdout, stderr } = await run('audit', '--journal', journal, '--json').ended;
      if (!stdout.trim().startsWith('{')) throw new Error(`audit said: ${stdout}${stderr}`);
      return JSON.parse(stdout) as AuditReport;
    },
    (report) => openOf(report) === 0,
    patienceMs,
    1_000,
  );
  return seen;
}

/**
 * Waits until every queue is empty, or the time is over. To be called before `settledAudit` where much was sent: an audit reads whole tables,
 * and one after the other would take the endpoint from what it waits for.
 */
export async function emptiedQueues(connection: Connection, withinMs: number): Promise<void> {
  await poll(
    () => readDepths(connection),
    (depths) => waiting(depths) === 0,
    withinMs,
    1_000,
  );
}

function waiting({ intake, lanes, suspects, unpublished }: QueueDepths): number {
  const ofLanes = Object.values(lanes).flatMap(({ queue, deadLetters }) => [queue, deadLetters]);
  const queues = [intake.express, intake.standard, ...ofLanes, ...Object.values(suspects), unpublished.queue];
  return queues.reduce((sum, each) => sum + total(each), 0);
}

function openOf({ inFlight, effects, depths, journal }: AuditReport): number {
  return inFlight + effects.pending + depths.intake + (journal?.inIntake ?? 0);
}

/** Waits until it holds; throws with what was awaited, and what was seen last, where it does not in time. */
export async function until<T>(
  what: string,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  withinMs: number,
): Promise<T> {
  const { seen, held } = await poll(look, holds, withinMs, 250);
  if (!held) throw new Error(`not within ${withinMs} ms: ${what}; last seen: ${JSON.stringify(seen)}`);
  return seen;
}

/** Looks until it holds or the time is over. */
export async function poll<T>(
  look: () => Promise<T> | T,
  holds: (seen: T) => boolean,
  withinMs: number,
  everyMs: number,
): Promise<{ readonly seen: T; readonly held: boolean }> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    const held = holds(seen);
    if (held || Date.now() > endMs) return { seen, held };
    await delay(everyMs);
  }
}

/** Stops or starts the lane's mapping, and says so to nobody. */
export async function switchMapping({ clients, names }: Connection, lane: string, enabled: boolean): Promise<void> {
  const FunctionName = `${names.runnerFunction(lane)}:${LIVE_ALIAS}`;
  const found = () => clients.lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
  for (const { UUID } of (await found()).EventSourceMappings ?? [])
    await clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled }));
  await until(
    `the mapping of lane ${lane} is ${enabled ? 'enabled' : 'disabled'}`,
    async () => ((await found()).EventSourceMappings ?? []).map(({ State }) => State),
    (states) => states.length > 0 && states.every((state) => state === (enabled ? 'Enabled' : 'Disabled')),
    60_000,
  );
}
