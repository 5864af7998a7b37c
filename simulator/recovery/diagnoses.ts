/** What the monitor said, read from where people read it (the incidents' timelines), beside what was really injected. */
import type { Incident } from '../../core/contracts/incident';
import { KIND_OF } from './strikes';
import type { Injection } from './watched-types';

const FOUND = /^([a-z-]+) \(log, (high|medium|low)\): .*\brequest ([0-9a-f-]{36})/;

export interface Diagnoses {
  /** Injected faults that were diagnosed, as what they were, and once. */
  readonly right: number;
  readonly wrong: readonly string[];
}

/** Each fault is said once, of its function, as its kind; and nothing is said for sure that is not so. */
export function readDiagnoses(incidents: readonly Incident[], injections: readonly Injection[]): Diagnoses {
  const wrong: string[] = [];
  const said = new Map<string, string>();
  for (const { subject, timeline } of incidents) {
    if (subject.on !== 'function') continue;
    for (const { what, words } of timeline) {
      const [, kind = '', confidence, requestId = ''] = (what === 'found' ? FOUND.exec(words) : undefined) ?? [];
      if (confidence === undefined || confidence === 'low') continue;
      if (said.has(requestId)) wrong.push(`request ${requestId} was diagnosed twice`);
      said.set(requestId, `${kind} of ${subject.functionName}`);
    }
  }
  let right = 0;
  for (const { requestId, fault, functionName } of injections) {
    const expected = `${KIND_OF[fault]} of ${functionName}`;
    const got = said.get(requestId);
    if (got === expected) right += 1;
    else wrong.push(`${fault}: ${got ?? 'nothing'} was said, not ${expected}`);
    said.delete(requestId);
  }
  for (const [requestId, what] of said)
    wrong.push(`request ${requestId} was said to be ${what}, and nothing was wrong`);
  return { right, wrong };
}
