/** Recovery alone, on incidents that never get better: what bounds it has to be the bounds. Time goes on as it is told to. */
import { createMemoryIncidents, createMemoryLog, createMemoryWorld } from '../../adapters/memory';
import type { BegunAction, Finding, Incident, Subject } from '../../core/contracts/incident';
import { noteFindings } from '../../core/policies/recovery/note';
import type { Facts } from '../../core/policies/recovery/plan';
import { DEFAULT_RECOVERY, type RecoverySettings } from '../../core/policies/recovery/settings';
import type { Incidents } from '../../core/ports';
import { type Performed, type RecoveryPorts, recover } from '../../lambdas/monitoring/recovery/core';
import { EPOCH_MS } from '../saga/events';

export interface LabOptions {
  readonly settings?: RecoverySettings;
  /** The stored incidents as recovery sees them: a double of what a safeguard consists of. */
  readonly incidents?: (real: Incidents) => Incidents;
  readonly facts?: Facts;
  perform?(incident: Incident, action: BegunAction): Promise<Performed>;
}

export const sagaSubject = (order: string): Subject => ({
  on: 'saga',
  saga: 'booking',
  application: 'booking',
  instance: `booking/acme/${order}`,
  event: { key: order, generation: 1 },
});
export const LANE_SUBJECT: Subject = {
  on: 'function',
  functionName: 'triage-sim-runner-bulk',
  version: '2',
  part: 'runner',
  lane: 'bulk',
};

export class Lab {
  readonly world = createMemoryWorld({ nowMs: EPOCH_MS });
  readonly real = createMemoryIncidents({ world: this.world });
  /** Begun by the store's word. */
  readonly begun: { readonly id: string; readonly atMs: number; readonly mode: string }[] = [];
  readonly performed: { readonly id: string; readonly atMs: number; readonly number: number }[] = [];
  readonly settings: RecoverySettings;

  constructor(private readonly options: LabOptions = {}) {
    this.settings = options.settings ?? DEFAULT_RECOVERY;
  }

  get nowMs(): number {
    return this.world.state.nowMs;
  }

  set nowMs(ms: number) {
    this.world.state.nowMs = ms;
  }

  incident(id: string): Incident | undefined {
    return this.world.state.incidents[id];
  }

  /** Found, and due by the time that its first action is. */
  open(subject: Subject, count = 1, more: Partial<Finding> = {}): string {
    const sure = { source: 'log', standing: 'diagnosis', confidence: 'high', kind: 'dependency', words: 'so' } as const;
    const findings = Array.from({ length: count }, (_, index): Finding => {
      const finding: Finding = { ...sure, id: `${index}`, subject, atMs: this.nowMs };
      return { ...finding, ...more };
    });
    const incident = noteFindings(undefined, findings, this.nowMs);
    if (incident === undefined) throw new RangeError('an incident needs a finding');
    this.world.state.incidents[incident.id] = { ...incident, openedAtMs: this.nowMs - 60_000, version: 1 };
    return incident.id;
  }

  /** Everything of one recovery, which may differ from another's. */
  recover(id: string, incidents: (real: Incidents) => Incidents = this.options.incidents ?? ((real) => real)) {
    const stored = incidents(this.real);
    const facts = this.options.facts ?? { on: 'saga', status: 'ended', run: 1, isPaused: false };
    const ports: RecoveryPorts = {
      incidents: {
        ...stored,
        begin: async (next, read, limits) => {
          const answer = await stored.begin(next, read, limits);
          const { mode } = this.world.state.recovery;
          if (answer === 'begun') this.begun.push({ id, atMs: this.nowMs, mode });
          return answer;
        },
      },
      look: () => Promise.resolve(facts),
      perform: async (incident, action) => {
        this.performed.push({ id, atMs: this.nowMs, number: action.number });
        return (await this.options.perform?.(incident, action)) ?? { status: 'done', words: 'done' };
      },
      log: createMemoryLog(),
    };
    return recover(ports, this.settings, id, { now: () => this.nowMs });
  }

  /** All that is due, each second, for so long. */
  async run(forMs: number): Promise<void> {
    for (const untilMs = this.nowMs + forMs; this.nowMs < untilMs; this.nowMs += 1_000)
      for (const id of await this.real.due(this.nowMs, 200)) await this.recover(id);
  }

  /** The most that was begun within any span so long. */
  most(spanMs: number): number {
    const times = this.begun.map(({ atMs }) => atMs);
    return Math.max(0, ...times.map((atMs) => times.filter((each) => each >= atMs && each < atMs + spanMs).length));
  }
}
