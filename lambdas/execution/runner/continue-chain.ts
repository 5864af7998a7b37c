/** One step of a split chain: what is done becomes progress, as data only, and the rest goes on in another invocation. */
import { RetryableError, TerminalError } from '../../../core/contracts/errors';
import type { Envelope, Position } from '../../../core/contracts/event';
import type { NodeOutput, Progress } from '../../../core/contracts/ledger';
import type { LocatedChain } from '../../../core/units/choose-chain';
import { isExpired } from '../../../core/units/fold';
import { inputOf, joinBranches, runBranch, runStage } from '../../../core/units/run-stage';
import { handleRefusal, keyOf, restOfStage } from './handle-refusal';
import { sendPositions } from './settle';
import type { CandidateWork, Runner, Settled, Work } from './types';

/** Either the message is settled, or what is left of it is to be committed. */
export type Step =
  | { readonly settled: Settled; readonly candidate?: undefined }
  | { readonly candidate: CandidateWork; readonly settled?: undefined };

interface Split {
  readonly runner: Runner;
  readonly work: Work;
  /** With the data that the event refers to. */
  readonly envelope: Envelope;
  readonly located: LocatedChain;
  readonly contextKeys: readonly string[];
}

/** Runs a message of the split form. A terminal error or a deadline that has passed is committed, like an outcome. */
export async function continueChain(split: Split): Promise<Step> {
  try {
    return await step(split);
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    const base = candidateOf(split, [], false);
    return { candidate: { ...base, contextKeys: [], verdict: { kind: 'DEAD', reason: error.message } } };
  }
}

async function step(split: Split): Promise<Step> {
  const { position } = split.work.delivery.message;
  if (position === undefined) return begin(split);
  const progress = split.work.record?.progress;
  if (progress === undefined || progress.position.stage < position.stage)
    throw new RetryableError(`progress at stage ${position.stage} is missing`);
  if (position.branch !== undefined) return runOneBranch(split, progress, position.branch);
  const stage = split.located.chain.stages[position.stage];
  if (stage === undefined) throw new TerminalError(`${split.located.name} has no stage ${position.stage}`);
  if (!('branches' in stage)) return proceed(split, progress.outputs);
  const rest = restOfStage(split.located, progress);
  if (rest.some((each) => each.branch !== undefined))
    return { settled: await sendPositions(split.runner, split.work, rest) };
  return proceed(split, [...progress.outputs, joinBranches(stage, progress.branches)]);
}

/** The first commit of a chain of several stages is made here, so its deadline is looked at here. */
function begin(split: Split): Promise<Step> | Step {
  if (isExpired(split.envelope, split.runner.tools.now())) return { candidate: candidateOf(split, [], true) };
  return proceed(split, []);
}

/** Goes on after the stages in `outputs`: to the commit, to parallel branches, or over one stage more. */
async function proceed(split: Split, outputs: readonly NodeOutput[]): Promise<Step> {
  const { runner, work, located } = split;
  const { stages } = located.chain;
  const stage = stages[outputs.length];
  if (stage === undefined) return { candidate: candidateOf(split, outputs, false) };
  if ('branches' in stage) return moveTo(split, outputs);
  if (outputs.length === stages.length - 1)
    return { candidate: candidateOf(split, outputs, work.delivery.message.position === undefined) };
  const situation = { located, envelope: split.envelope, nowMs: runner.tools.now() };
  const { result, writes, emits } = runStage(situation, stage, inputOf(situation, outputs));
  return moveTo(split, [...outputs, { result, writes, emits }]);
}

/** Writes progress, then sends what follows; never the other way round, since a continuation reads its progress. */
async function moveTo(split: Split, outputs: readonly NodeOutput[]): Promise<Step> {
  const { runner, work, located, envelope } = split;
  const progress: Progress = {
    position: positionAt(located, outputs.length),
    outputs,
    branches: {},
    committedAtMs: runner.tools.now(),
    bodyDigest: envelope.bodyDigest,
  };
  const written = await runner.ports.records.putProgress(keyOf(work), progress);
  if (written === 'refused') return { settled: await handleRefusal(runner, work) };
  return { settled: await sendPositions(runner, work, restOfStage(located, progress)) };
}

/** Whoever completes the set of branches sends the join. */
async function runOneBranch(split: Split, progress: Progress, branch: string): Promise<Step> {
  const { runner, work, located, envelope } = split;
  const { stage: index } = progress.position;
  const stage = located.chain.stages[index];
  const units = stage !== undefined && 'branches' in stage ? stage.branches[branch] : undefined;
  if (units === undefined) throw new TerminalError(`${located.name} has no branch ${branch} at stage ${index}`);
  const situation = { located, envelope, nowMs: runner.tools.now() };
  const output = runBranch(situation, units, inputOf(situation, progress.outputs));
  const added = await runner.ports.records.addBranch(keyOf(work), index, branch, output);
  if (added.status === 'refused') return { settled: await handleRefusal(runner, work) };
  const after = added.record.progress;
  const rest = after === undefined ? [] : restOfStage(located, after);
  if (rest.length !== 1 || rest[0]?.branch !== undefined) return { settled: { status: 'continued' } };
  return { settled: await sendPositions(runner, work, rest) };
}

function positionAt(located: LocatedChain, stage: number): Position {
  return { chain: located.name, version: located.chain.version, stage, form: 'split' };
}

function candidateOf(split: Split, before: readonly NodeOutput[], first: boolean): CandidateWork {
  const { work, located, contextKeys, envelope } = split;
  const { position } = work.delivery.message;
  return { ...work, envelope, ...(position !== undefined && { position }), located, before, contextKeys, first };
}
