import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AliasConfiguration,
  GetAliasCommand,
  paginateListVersionsByFunction,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { Command } from 'commander';
import { createAcceptances, createControl } from '../adapters/aws';
import type { LaneConfiguration } from '../core/contracts/configuration';
import { LIVE_ALIAS } from '../core/contracts/names';
import { type RollbackTarget, targetVersion } from '../core/policies/rollback-target';
import { lastSplitMs, splitInFlight } from '../lambdas/monitoring/recovery/in-flight';
import type { Connection } from './connection';
import { UserError } from './errors';
import { laneNamed } from './lane';
import { print, printJson } from './output';
import { recordsOf } from './readers/ledger';
import { type CommonOptions, EXIT, positive, runConnected, withEnvironment, withJson } from './run';

/** An alias that was moved may send an invocation to the version before for a moment more. */
const ALIAS_LAG_MS = 3_000;
/** Beyond what the rollback may take: reads and the move of the alias. */
const HOLD_LONGER_MS = 60_000;
interface RollbackOptions extends CommonOptions {
  readonly to?: string;
  readonly now?: boolean;
  readonly patience: number;
}

interface Moved {
  readonly lane: string;
  readonly function: string;
  readonly from: string;
  readonly to: string;
}

export const rollbackCommand = (): Command =>
  withJson(
    withEnvironment(
      new Command('rollback')
        .argument('<lanes...>', 'lanes whose runners go back')
        .description("point lanes' runners back at the version that was live before; nothing is built or deployed")
        .option('--to <version>', 'a published version (default: the newest one before the live one)')
        .option('--now', 'do not wait for split chains in flight: the older version may not know theirs')
        .option('--patience <seconds>', 'how long to wait for split chains in flight', positive, 120)
        .addHelpText(
          'after',
          '\nNew chains begin fused until the chains in flight have ended, so that none is left in a version that the older code does\nnot carry. Refused while an alias has routing weights. Afterwards deploy the former code, or a repaired one: until then the\ntemplate names the version that you left. docs/runbooks/rollback.md has the whole way.',
        ),
    ),
  ).action((lanes: string[], options: RollbackOptions) =>
    runConnected(options.env, async (connection) => {
      // All are looked at before the first is moved: a refusal leaves everything as it is.
      const planned = await Promise.all(
        [...new Set(lanes)].map(async (name) => plan(connection, laneNamed(connection, name), options.to)),
      );
      const moved = await Promise.all(planned.map((each) => rollBack(connection, each, options)));
      if (options.json) printJson({ rolledBack: moved });
      else
        for (const { lane, from, to } of moved)
          print(`Lane ${lane} runs version ${to} again, instead of ${from}. Now deploy the former code.`);
      return EXIT.holds;
    }),
  );

interface Planned {
  readonly lane: LaneConfiguration;
  readonly functionName: string;
  readonly alias: AliasConfiguration;
  readonly target: RollbackTarget & { readonly decision: string };
}

async function plan({ clients, names }: Connection, lane: LaneConfiguration, to: string | undefined): Promise<Planned> {
  const functionName = names.runnerFunction(lane.name);
  const alias = await clients.lambda.send(new GetAliasCommand({ FunctionName: functionName, Name: LIVE_ALIAS }));
  const versions: string[] = [];
  for await (const page of paginateListVersionsByFunction({ client: clients.lambda }, { FunctionName: functionName }))
    versions.push(...(page.Versions ?? []).flatMap(({ Version }) => (Version === undefined ? [] : [Version])));
  const target = targetVersion({
    live: alias.FunctionVersion ?? '',
    weights: alias.RoutingConfig?.AdditionalVersionWeights ?? {},
    versions,
    wanted: to,
  });
  const { decision, reason } = target;
  if (decision === undefined) throw new UserError(`${functionName} stays as it is: ${reason}.`, target.remedy);
  return { lane, functionName, alias, target: { ...target, decision } };
}

async function rollBack(connection: Connection, planned: Planned, options: RollbackOptions): Promise<Moved> {
  const { lane, functionName, alias, target } = planned;
  const move = () =>
    connection.clients.lambda.send(
      new UpdateAliasCommand({
        FunctionName: functionName,
        Name: LIVE_ALIAS,
        FunctionVersion: target.decision,
        // Whoever has moved it since we looked keeps what he did.
        ...(alias.RevisionId === undefined ? {} : { RevisionId: alias.RevisionId }),
      }),
    );
  if (options.now) await move();
  else await withoutSplitChains(connection, lane, options.patience * 1000, move);
  return { lane: lane.name, function: functionName, from: alias.FunctionVersion ?? '', to: target.decision };
}

/**
 * A fused chain is one invocation and leaves no position behind, so any version may take the event. So the lane begins its chains
 * fused, whatever its controller thinks of it, until the split ones have ended, and goes back to its form when no invocation can reach the version that was left.
 */
async function withoutSplitChains(
  connection: Connection,
  lane: LaneConfiguration,
  patienceMs: number,
  move: () => Promise<unknown>,
): Promise<void> {
  const { clients, names } = connection;
  const control = createControl({ dynamo: clients.dynamo, sqs: clients.sqs, table: names.controlTable, queues: [] });
  const { form } = await control.lane(lane.name);
  const waitMs = lastSplitMs(lane.timeoutSeconds);
  // Also where it is fused now: its controller may have said so a moment ago, or say otherwise in the next.
  if (!lane.ordered) {
    await control.holdForm(lane.name, 'fused', Date.now() + waitMs + patienceMs + HOLD_LONGER_MS);
    await sleep(waitMs);
  }
  try {
    await untilNoneInFlight(connection, lane.name, patienceMs);
    await move();
    if (!lane.ordered) await sleep(ALIAS_LAG_MS);
  } finally {
    if (!lane.ordered) await control.releaseForm(lane.name, form);
  }
}

async function untilNoneInFlight(connection: Connection, lane: string, patienceMs: number): Promise<void> {
  const endMs = Date.now() + patienceMs;
  for (;;) {
    const inFlight = await countSplitInFlight(connection, lane);
    if (inFlight === 0) return;
    if (Date.now() > endMs)
      throw new UserError(
        `Lane ${lane} still has ${inFlight} split chains in flight; its alias was not moved.`,
        'Is the lane paused, or do they fail? With --now the alias moves all the same: what the older version does not know ends DEAD, and `npx triage dlq redrive` begins it anew.',
      );
    await sleep(500);
  }
}

function countSplitInFlight(connection: Connection, lane: string): Promise<number> {
  const { clients, names } = connection;
  const acceptances = createAcceptances({ dynamo: clients.dynamo, table: names.acceptancesTable });
  return splitInFlight({ acceptances, records: recordsOf(connection) }, lane, Date.now());
}
