/** What is explored, and which exploration shows what each condition is for. */
import type { Condition } from '../../adapters/memory';
import type { Scenario } from './model';
import type { Rule } from './rules';

const patient = { maxReceiveCount: 6, resendBudget: 5, neverDead: true } as const;
const impatient = { maxReceiveCount: 1, resendBudget: 5, neverDead: false } as const;
const one = (type: string) => [{ type }];
const lost = { 'with its answer lost': 1 };

/** Whole within these bounds in a unit test; a longer run takes larger ones. */
export const SCENARIOS: readonly Scenario[] = [
  {
    ...patient,
    name: 'ingestion: a crash, a repeat, a sweep',
    form: 'fused',
    events: one('plain'),
    limits: { crash: 1, repeat: 1, tick: 1, sweep: 1, switch: 0 },
  },
  {
    ...patient,
    name: 'ingestion: a send that is not taken',
    form: 'fused',
    events: one('plain'),
    limits: { 'not taken': 1, tick: 1, sweep: 1, switch: 1 },
  },
  {
    ...patient,
    name: 'two sweeps at once',
    form: 'fused',
    events: one('plain'),
    limits: { 'not taken': 1, tick: 1, sweep: 2, switch: 1 },
  },
  {
    ...patient,
    name: 'fused: two workers',
    form: 'fused',
    handedOver: true,
    events: one('plain'),
    limits: { crash: 1, tick: 2, switch: 2 },
  },
  {
    ...patient,
    name: 'fused: two events write one place',
    form: 'fused',
    handedOver: true,
    batches: true,
    events: [{ type: 'plain' }, { type: 'plain' }],
    limits: { tick: 1, switch: 1 },
  },
  {
    ...patient,
    name: 'fused: two events of one context',
    form: 'fused',
    handedOver: true,
    batches: true,
    events: [{ type: 'counted' }, { type: 'counted' }],
    limits: { tick: 1, switch: 2 },
  },
  {
    ...patient,
    name: 'fused: a context, conflicts and lost answers',
    form: 'fused',
    handedOver: true,
    events: [{ type: 'counted' }, { type: 'counted' }],
    limits: { 'answered by a conflict': 1, ...lost, switch: 1 },
  },
  {
    ...patient,
    name: 'fused: a sequence in a context',
    form: 'fused',
    handedOver: true,
    batches: true,
    events: [
      { type: 'ordered', sequence: '1' },
      { type: 'ordered', sequence: '2' },
    ],
    limits: { tick: 1, switch: 1 },
  },
  {
    ...patient,
    name: 'split: two workers',
    form: 'split',
    handedOver: true,
    events: one('steps'),
    limits: { tick: 1, switch: 1 },
  },
  {
    ...patient,
    name: 'split: lost answers',
    form: 'split',
    handedOver: true,
    events: one('steps'),
    limits: { ...lost, crash: 1, switch: 1 },
  },
  {
    ...patient,
    name: 'parallel branches: two workers',
    form: 'split',
    handedOver: true,
    events: one('sides'),
    limits: { crash: 1, switch: 1 },
  },
  {
    ...patient,
    name: 'split: a deadline',
    form: 'split',
    handedOver: true,
    events: [{ type: 'steps', deadlineMs: 20_000 }],
    limits: { tick: 1, switch: 3 },
  },
  {
    ...impatient,
    name: 'dead letters and a redrive',
    form: 'fused',
    handedOver: true,
    events: one('plain'),
    limits: { crash: 1, tick: 1, redrive: 1, switch: 1 },
  },
  {
    ...impatient,
    name: 'dead letters of a split chain',
    form: 'split',
    handedOver: true,
    events: one('steps'),
    limits: { tick: 1, switch: 1 },
  },
  {
    ...impatient,
    name: 'dead letters of parallel branches',
    form: 'split',
    handedOver: true,
    events: one('sides'),
    limits: { tick: 1, switch: 0 },
  },
  {
    ...impatient,
    name: 'the budget of re-sends ends',
    resendBudget: 0,
    form: 'split',
    events: one('steps'),
    limits: { 'not taken': 1, tick: 1, sweep: 1, switch: 0 },
  },
];

/**
 * Everyone under way at the same moment, form by form: ingestion has sent and not yet marked, two workers have the same message, it is
 * given up and the dead-letter function has it, too, and the reconciler sweeps what is not marked. From there on every order of
 * their steps with one interruption more, the publisher after them, and a redrive of what ended DEAD.
 */
const everyone = {
  maxReceiveCount: 2,
  resendBudget: 5,
  neverDead: false,
  prefix: [
    'ingest receives',
    'ingest: acceptances.accept',
    'ingest: lanes.send',
    'worker receives (1)',
    'time passes',
    'worker receives (2)',
    'time passes',
    'lane gives up a message',
    'dead-letter receives (3)',
    'reconciler sweeps',
  ],
  // Four of the switches are the prefix's.
  limits: { tick: 2, sweep: 1, redrive: 1, switch: 5 },
} as const;
export const EVERYONE: readonly Scenario[] = [
  { ...everyone, name: 'everyone at once: fused', form: 'fused', events: one('plain') },
  { ...everyone, name: 'everyone at once: split', form: 'split', events: one('steps') },
  { ...everyone, name: 'everyone at once: parallel branches', form: 'split', events: one('sides') },
];

const twoDueSweeps: Scenario = {
  ...patient,
  name: 'two sweeps of one due time',
  form: 'fused',
  events: one('plain'),
  limits: { 'not taken': 1, tick: 1, sweep: 2, switch: 1 },
  onceASweep: true,
};
const branchesTwice: Scenario = {
  ...patient,
  name: 'parallel branches twice',
  form: 'split',
  handedOver: true,
  events: one('twice'),
  prefix: [
    'worker receives (1)',
    'worker: records.putProgress',
    'worker: lanes.send',
    'worker ends',
    'worker receives (1)',
    'worker: records.read',
    'time passes',
  ],
  limits: { tick: 1, switch: 1 },
};
const early: Scenario = {
  ...patient,
  name: 'split: a write in the first stage',
  form: 'split',
  handedOver: true,
  events: one('early'),
  limits: { crash: 1, switch: 0 },
};
const redriven: Scenario = {
  ...impatient,
  name: 'a redrive after a dead letter',
  form: 'fused',
  handedOver: true,
  events: one('plain'),
  limits: { tick: 1, redrive: 1, switch: 2 },
};

export interface Removal {
  readonly condition?: Condition;
  readonly rule?: Rule;
  /** The scenario that finds the hole. */
  readonly scenario: Scenario;
}

const named = (name: string, more: Partial<Scenario> = {}): Scenario => {
  const found = SCENARIOS.find((each) => each.name === name);
  if (!found) throw new RangeError(`no scenario ${name}`);
  return { ...found, ...more };
};

export const REMOVALS: readonly Removal[] = [
  { condition: 'outcome: only where there is none', scenario: named('fused: two workers') },
  {
    condition: 'outcome: DEAD and EXPIRED only where progress is no further',
    scenario: named('split: a deadline', { neverExpiredAfterProgress: true }),
  },
  {
    condition: 'progress: only where there is no outcome',
    scenario: named('dead letters of a split chain', { limits: { tick: 2, switch: 1 } }),
  },
  {
    condition: 'progress: forward only',
    scenario: named('split: two workers', { limits: { crash: 1, tick: 1, switch: 1 } }),
  },
  { condition: 'branch: only at its own stage', scenario: branchesTwice },
  {
    condition: 'branch: only where it is not in the set',
    scenario: named('parallel branches: two workers', { limits: { crash: 1, tick: 1, switch: 1 } }),
  },
  { condition: 'context: only at the version that was read', scenario: named('fused: two events of one context') },
  { condition: 'commit: outcome and contexts all or nothing', scenario: named('fused: two events of one context') },
  { condition: 'effect: only where absent or newer', scenario: named('fused: two events write one place') },
  {
    condition: 'acceptance: due time moved only from what was read',
    scenario: twoDueSweeps,
  },
  {
    condition: 'acceptance: put only where there is none',
    scenario: named('ingestion: a crash, a repeat, a sweep', { staysClosed: true }),
  },
  { rule: 'an acceptance is put before the hand-off', scenario: named('ingestion: a send that is not taken') },
  {
    rule: 'the hand-off is marked only after every send succeeded',
    scenario: named('ingestion: a send that is not taken', { promptly: true }),
  },
  {
    rule: 'what is further on is sent, not only acknowledged',
    scenario: named('split: two workers', { promptly: true, limits: { crash: 1, tick: 1, switch: 1 } }),
  },
  {
    rule: 'missing branches or the join are sent, not only acknowledged',
    scenario: named('parallel branches: two workers', { promptly: true, limits: { crash: 1, tick: 1, switch: 1 } }),
  },
  { rule: 'nothing takes effect before the outcome', scenario: early },
  { rule: 'a redrive takes no event that is DONE', scenario: named('dead letters and a redrive') },
  { rule: 'a redrive is a generation of its own', scenario: redriven },
];

/** Conditions whose hole another one closes as well, with the reason. */
export const IMPLIED: Readonly<Record<string, string>> = {
  'branch: only where there is no outcome':
    'the outcome takes progress away with it, so that a late branch is not at its own stage either',
};
