/** Findings into incidents, and recovery told of those that it has to look at: by the monitor, and by the reconciler. */
import type { Finding } from '../../../core/contracts/incident';
import { incidentId, noteFindings } from '../../../core/policies/recovery/note';
import type { Incidents, Log } from '../../../core/ports';

export interface NotePorts {
  readonly incidents: Pick<Incidents, 'read' | 'put'>;
  /** Asks recovery to look at these; lost, it looks by itself within a minute. */
  wake(ids: readonly string[]): Promise<void>;
  readonly log: Log;
}

const MOST_TRIES = 8;

/** Incident by incident; recovery is woken for those that were not due already. */
export async function note(ports: NotePorts, findings: readonly Finding[], nowMs: number): Promise<void> {
  const byIncident = new Map<string, Finding[]>();
  for (const finding of findings) {
    const id = incidentId(finding);
    byIncident.set(id, [...(byIncident.get(id) ?? []), finding]);
  }
  const woken: string[] = [];
  for (const [id, each] of byIncident) if (await noteOne(ports, id, each, nowMs)) woken.push(id);
  if (woken.length === 0) return;
  await ports
    .wake(woken)
    .catch((error: unknown) => ports.log.warn('recovery was not woken', { error, incidents: woken }));
}

/** Whether recovery has to be told. */
async function noteOne(
  { incidents, log }: NotePorts,
  id: string,
  findings: readonly Finding[],
  nowMs: number,
): Promise<boolean> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const before = await incidents.read(id);
    const next = noteFindings(before, findings, nowMs);
    if (next === undefined || next === before) return false;
    const read = { version: before?.version ?? 0, token: before?.token ?? 0 };
    if (!(await incidents.put(next, read))) continue;
    const wasDue = before?.dueAtMs !== undefined && before.dueAtMs <= nowMs;
    return next.dueAtMs !== undefined && next.dueAtMs <= nowMs && !wasDue;
  }
  log.warn('a finding was not noted: the incident is written by others all the time', { incident: id });
  return false;
}
