/** Which events that ended DEAD the end of a fault makes worth one more try: those that died of it, in its lane and its time, for the first time. */
import type { Incident } from '../../contracts/incident';
import type { LedgerRecord } from '../../contracts/ledger';
import { kindOf } from '../monitor/kinds';

/** Sent again by one action. */
export const MOST_REDRIVEN = 20;

/** From when on events may have died of it. */
export const diedSinceMs = ({ openedAtMs, redrivenAtMs }: Pick<Incident, 'openedAtMs' | 'redrivenAtMs'>): number =>
  redrivenAtMs === undefined ? openedAtMs : redrivenAtMs + 1;

/**
 * The oldest first. A reason begins with the error's name, which the code gives; what follows may be anybody's words and is not read. An
 * event is sent again by itself once: what dies as a later generation is a person's.
 */
export function redrivable(
  { subject, kind, errorName }: Pick<Incident, 'subject' | 'kind' | 'errorName'>,
  dead: readonly LedgerRecord[],
): readonly LedgerRecord[] {
  if (subject.on !== 'function' || subject.lane === undefined) return [];
  return dead
    .filter(({ generation, outcome }) => {
      if (generation !== 1 || outcome?.acceptance === undefined || outcome.lane !== subject.lane) return false;
      const name = /^([\w.$]{1,100}): /.exec(outcome.reason)?.[1];
      return name !== undefined && (name === errorName || kindOf(name) === kind);
    })
    .sort((a, b) => (a.outcome?.decidedAtMs ?? 0) - (b.outcome?.decidedAtMs ?? 0));
}

/** DEAD though all of its saga is done: its next generation only writes that down. */
export const isRedrivable = ({ generation, outcome }: LedgerRecord): boolean =>
  generation === 1 && outcome?.kind === 'DEAD' && outcome.acceptance !== undefined;
