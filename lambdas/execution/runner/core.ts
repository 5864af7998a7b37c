/**
 * The runner: takes a batch of a lane's messages, runs their chains, and commits. At most one batched read and one commit per
 * record on the common way. See docs/architecture.md for the protocol that its parts keep.
 */

import { RetryableError, TerminalError } from '../../../core/contracts/errors';
import type { Envelope, Position } from '../../../core/contracts/event';
import type { Delivery } from '../../../core/contracts/lane-message';
import type { ContextItem, LedgerRecord } from '../../../core/contracts/ledger';
import { orderBatch } from '../../../core/policies/order-batch';
import type { LaneControl } from '../../../core/ports';
import { chooseChain, findChain, type LocatedChain, unknownChainError } from '../../../core/units/choose-chain';
import { withData } from '../../../core/units/event-data';
import { contextKeys } from '../../../core/units/run-stage';
import { commitPlan, readContexts } from './commit-plan';
import { continueChain } from './continue-chain';
import { settleByRecord } from './handle-refusal';
import { keepRefused } from './keep-refused';
import { holdPaused } from './pause';
import { planCommits } from './plan-commit';
import { type Distinct, dropRepeats } from './repeats';
import { createReport } from './report';
import { giveBack, hold } from './settle';
import type { CandidateWork, Runner, RunnerPorts, RunnerSettings, Settled, SettledWork, Tools, Work } from './types';
import { mapLimit } from './types';

export type { RunnerPorts, RunnerSettings, Settled, SettledWork, Tools } from './types';

/** A message that is received so often without an error of its own takes its neighbours with it, or is taken by one. */
const SUSPECT_RECEIVES = 3;
const CONTROL_MAX_AGE_MS = 1_000;
const WATERMARK_EVERY_MS = 1_000;

/** Every message of the batch, with what became of it. Those that are `returned` are the batch item failures. */
export type RunBatch = (batch: readonly Delivery[], untilMs?: number) => Promise<readonly SettledWork[]>;

/** Keeps the lane's control record for a second, and nothing else, between batches. */
export function createRunner(ports: RunnerPorts, settings: RunnerSettings, tools: Tools): RunBatch {
  const runner: Runner = { ports, settings, tools, report: createReport(ports.log, settings.lane, tools.now) };
  let control: { readonly value: LaneControl; readonly atMs: number } | undefined;
  let watermarkAtMs = Number.NEGATIVE_INFINITY;
  const laneControl = async (): Promise<LaneControl> => {
    const nowMs = tools.now();
    if (control !== undefined && nowMs - control.atMs <= CONTROL_MAX_AGE_MS) return control.value;
    try {
      control = { value: await ports.control.lane(settings.lane), atMs: nowMs };
      return control.value;
    } catch (error) {
      ports.log.warn('the control record was not read', { lane: settings.lane, error });
      return control?.value ?? { lane: settings.lane, paused: false, form: 'fused' };
    }
  };
  const putWatermark = async (batch: readonly Delivery[]): Promise<void> => {
    const nowMs = tools.now();
    if (settings.suspects || batch.length === 0 || nowMs - watermarkAtMs < WATERMARK_EVERY_MS) return;
    watermarkAtMs = nowMs;
    const oldest = Math.min(...batch.map((each) => each.sentAtMs));
    try {
      await ports.control.putWatermark(settings.lane, oldest, nowMs);
    } catch (error) {
      ports.log.warn('the watermark was not written', { lane: settings.lane, error });
    }
  };
  return async (batch, untilMs = Number.POSITIVE_INFINITY) => {
    const [lane] = await Promise.all([laneControl(), putWatermark(batch)]);
    if (lane.paused) return mapLimit(batch, settings.parallel, (delivery) => holdPaused(runner, delivery));
    const distinct = dropRepeats(batch);
    const ran = settings.ordered
      ? await inOrder(runner, distinct, untilMs)
      : await sideBySide(
          runner,
          inTurn(
            distinct.map(({ delivery }) => delivery),
            tools.now(),
          ),
          lane.form,
          untilMs,
        );
    const settled = await keepRefused(runner, ran);
    return [...settled, ...settledRepeats(distinct, settled)];
  };
}

/** Large batches begin in parts: what is due goes first, and tenants take turns. */
function inTurn(batch: readonly Delivery[], nowMs: number): readonly Delivery[] {
  const queued = batch.map((delivery) => {
    const { tenant, event } = delivery.message.envelope;
    return {
      delivery,
      tenant,
      deadlineAtMs: event.expirytime === undefined ? undefined : Date.parse(event.expirytime),
    };
  });
  return orderBatch(queued, { nowMs }).map(({ delivery }) => delivery);
}

/** A repeat ends as its first did: acknowledged with it, or returned with it. */
function settledRepeats(distinct: readonly Distinct[], settled: readonly SettledWork[]): SettledWork[] {
  const byId = new Map(settled.map((each) => [each.delivery.messageId, each.settled]));
  return distinct.flatMap(({ delivery, repeats }) => {
    const first = byId.get(delivery.messageId) ?? { status: 'returned' as const };
    return repeats.map((repeat) => ({
      delivery: repeat,
      settled: first.status === 'returned' ? first : { status: 'repeat' as const },
    }));
  });
}

/** An ordered lane: one after the other, always fused; a failure fails all after it, or they would overtake it. */
async function inOrder(runner: Runner, distinct: readonly Distinct[], untilMs: number): Promise<SettledWork[]> {
  const settled: SettledWork[] = [];
  for (const { delivery } of distinct) {
    if (settled.some((each) => each.settled.status === 'returned'))
      settled.push({ delivery, settled: await hold(runner, delivery, 0) });
    else settled.push(...(await sideBySide(runner, [delivery], 'fused', untilMs)));
  }
  return settled;
}

interface Prepared extends Work {
  readonly envelope: Envelope;
  readonly located: LocatedChain | undefined;
  readonly form: 'fused' | 'split';
  readonly contextKeys: readonly string[];
}

async function sideBySide(
  runner: Runner,
  batch: readonly Delivery[],
  form: 'fused' | 'split',
  untilMs: number,
): Promise<SettledWork[]> {
  const prepared = await mapLimit(batch, runner.settings.parallel, (delivery) => prepare(runner, delivery, form));
  const works = prepared.flatMap((each) => ('work' in each ? [each.work] : []));
  let records: ReadonlyMap<string, LedgerRecord>;
  let contexts: ReadonlyMap<string, ContextItem>;
  try {
    [records, contexts] = await Promise.all([readRecords(runner, batch), readContexts(runner, works)]);
  } catch (error) {
    return mapLimit(batch, runner.settings.parallel, async (delivery) => ({
      delivery,
      settled: await giveBack(runner, { delivery }, error),
    }));
  }
  const steps = await mapLimit(prepared, runner.settings.parallel, (each) => begin(runner, each, records, untilMs));
  const candidates = steps.flatMap((each) => ('candidate' in each ? [each.candidate] : []));
  const committed = await commitPlan(runner, planCommits(candidates), contexts, untilMs);
  return [...steps.flatMap((each) => ('settled' in each ? [each] : [])), ...committed];
}

type Preparation = { readonly work: Prepared } | { readonly delivery: Delivery; readonly error: unknown };

/** Finds the data, the chain, and the contexts that this invocation's commit will need. */
async function prepare(runner: Runner, delivery: Delivery, laneForm: 'fused' | 'split'): Promise<Preparation> {
  const { position } = delivery.message;
  const { chains } = runner.settings;
  try {
    // The record and every continuation keep the event as it was accepted; only the units see the data that it refers to.
    const envelope = await withData(runner.ports.claims, delivery.message.envelope);
    const located = position === undefined ? chooseChain(chains, envelope.event.type) : findChain(chains, position);
    if (position !== undefined && located === undefined) throw new RetryableError(unknownChainError(position));
    const form = located?.chain.stages.length === 1 && position === undefined ? 'fused' : formOf(position, laneForm);
    const keys = located !== undefined && commitsNow(located, delivery, form) ? contextKeys({ located, envelope }) : [];
    return { work: { delivery, envelope, located, form, contextKeys: keys } };
  } catch (error) {
    return { delivery, error };
  }
}

/** As it began; messages of the form `coordinated` do not exist. */
function formOf(position: Position | undefined, laneForm: 'fused' | 'split'): 'fused' | 'split' {
  if (position === undefined) return laneForm;
  return position.form === 'split' ? 'split' : 'fused';
}

/** Whether a message may reach the outcome in this invocation: a join runs the stage after it as well. */
function commitsNow({ chain }: LocatedChain, { message: { position } }: Delivery, form: 'fused' | 'split'): boolean {
  if (form === 'fused') return true;
  if (position === undefined || position.branch !== undefined) return false;
  const stage = chain.stages[position.stage];
  return position.stage + (stage !== undefined && 'branches' in stage ? 1 : 0) >= chain.stages.length - 1;
}

/** Only where the record can matter before the commit: for a continuation, and for a message that was received before. */
async function readRecords(runner: Runner, batch: readonly Delivery[]): Promise<ReadonlyMap<string, LedgerRecord>> {
  const keys = new Map(
    batch
      .filter(({ message, receiveCount }) => message.position?.form === 'split' || receiveCount > 1)
      .map(({ message: { envelope } }) => [recordId(envelope), { key: envelope.key, generation: envelope.generation }]),
  );
  if (keys.size === 0) return new Map();
  const records = await runner.ports.records.read([...keys.values()]);
  return new Map(records.map((record) => [recordId(record), record]));
}

function recordId({ key, generation }: { readonly key: string; readonly generation: number }): string {
  return `${key}#${generation}`;
}

type Begun = SettledWork | { readonly candidate: CandidateWork };

async function begin(
  runner: Runner,
  preparation: Preparation,
  records: ReadonlyMap<string, LedgerRecord>,
  untilMs: number,
): Promise<Begun> {
  const delivery = 'work' in preparation ? preparation.work.delivery : preparation.delivery;
  const record = records.get(recordId(delivery.message.envelope));
  const work: Work = { delivery, ...(record !== undefined && { record }) };
  if (runner.tools.now() >= untilMs) return { delivery, settled: await hold(runner, delivery, 0) };
  try {
    const settled = await settleEarly(runner, work);
    if (settled !== undefined) return { delivery, settled };
    if ('work' in preparation) return await start(runner, { ...preparation.work, ...work });
    throw preparation.error;
  } catch (error) {
    if (error instanceof TerminalError) return { candidate: deadCandidate(work, error.message) };
    return { delivery, settled: await giveBack(runner, work, error) };
  }
}

/** What the record tells before any unit runs: an outcome, progress further on, or a message that may be its neighbours' end. */
async function settleEarly(runner: Runner, work: Work): Promise<Settled | undefined> {
  const { delivery, record } = work;
  const settled = await settleByRecord(runner, work, record);
  if (settled !== undefined || !isSuspect(runner, work)) return settled;
  const { message } = delivery;
  const failed = await runner.ports.lanes.send(message.envelope.lane, [message], { suspect: true });
  if (failed.length > 0) throw new RetryableError(`not moved to the suspect queue; last error: ${record?.lastError}`);
  return { status: 'moved-aside' };
}

function isSuspect({ settings }: Runner, { delivery, record }: Work): boolean {
  if (settings.suspects || settings.ordered) return false;
  return delivery.receiveCount >= SUSPECT_RECEIVES && record?.lastError === undefined;
}

async function start(runner: Runner, prepared: Prepared): Promise<Begun> {
  const { delivery, envelope, located, form, contextKeys: keys } = prepared;
  if (form === 'fused' || located === undefined) return { candidate: fusedCandidate(prepared) };
  const step = await continueChain({ runner, work: prepared, envelope, located, contextKeys: keys });
  return step.candidate === undefined ? { delivery, settled: step.settled } : { candidate: step.candidate };
}

function fusedCandidate({ delivery, record, envelope, located, contextKeys: keys }: Prepared): CandidateWork {
  return {
    delivery,
    ...(record !== undefined && { record }),
    envelope,
    ...(located !== undefined && { located }),
    before: [],
    contextKeys: keys,
    first: true,
  };
}

function deadCandidate(work: Work, reason: string): CandidateWork {
  const { envelope, position } = work.delivery.message;
  return {
    ...work,
    envelope,
    ...(position !== undefined && { position }),
    before: [],
    contextKeys: [],
    first: false,
    verdict: { kind: 'DEAD', reason },
  };
}
