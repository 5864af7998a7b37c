/** What a lane's controller decided, why, and whether it would decide the same again. */
import { Command } from 'commander';
import { createControllers } from '../adapters/aws';
import type { LanePlan, ScalingAction } from '../core/contracts/scheduling';
import { sayReason } from '../core/policies/scheduling/say';
import { demandAt } from '../core/policies/scheduling/warm-levels';
import { decide, parametersFor, parametersHash, type StepDecision } from '../lambdas/scheduling/controller/core';
import type { Connection } from './connection';
import { UserError } from './errors';
import { print, printJson } from './output';
import { type CommonOptions, EXIT, runConnected, wholeNumberAbove0, withEnvironment, withJson } from './run';

interface Options extends CommonOptions {
  readonly limit: number;
  readonly replay?: boolean;
}

/** `other-parameters`: decided by a version whose parameters were others, which this one cannot stand in for. */
export type Replay = 'same' | 'different' | 'other-parameters';

export function decisionsCommand(): Command {
  return withJson(withEnvironment(new Command('decisions')))
    .description("show a lane's scheduling decisions, the youngest first")
    .argument('<lane>', 'lane')
    .option('--limit <n>', 'how many at the most', wholeNumberAbove0, 10)
    .option('--replay', 'decide each again from what it kept, and compare')
    .action((lane: string, options: Options) =>
      runConnected(options.env, async (connection) => {
        const decisions = await readDecisions(connection, lane, options.limit);
        const replays = options.replay ? decisions.map((each) => replay(connection, each)) : undefined;
        if (options.json)
          printJson(decisions.map((each, index) => ({ ...each, ...(replays && { replay: replays[index] }) })));
        else for (const [index, each] of decisions.entries()) print(describe(each, replays?.[index]));
        return (replays ?? []).includes('different') ? EXIT.fails : EXIT.holds;
      }),
    );
}

async function readDecisions(connection: Connection, lane: string, limit: number): Promise<readonly StepDecision[]> {
  const { clients, names, configuration } = connection;
  if (!configuration.lanes.some((each) => each.name === lane))
    throw new UserError(
      `There is no lane "${lane}" in ${connection.environment}.`,
      `These exist: ${configuration.lanes.map((each) => each.name).join(', ')}.`,
    );
  const controllers = createControllers({
    dynamo: clients.dynamo,
    controlTable: names.controlTable,
    decisionsTable: names.decisionsTable,
    retentionDays: configuration.retention.decisionDays,
  });
  const found = (await controllers.decisions(lane, { limit })) as readonly StepDecision[];
  if (found.length === 0)
    throw new UserError(`Lane ${lane} has no decisions yet.`, 'Its controller runs once a minute: try again then.');
  return found;
}

/** A step that saw nothing held the last plan: there is nothing to decide again. */
export function replay({ configuration }: Pick<Connection, 'configuration'>, stored: StepDecision): Replay {
  const parameters = parametersFor(configuration.scheduling.costCeilingDollarsPerHour);
  const hash = parametersHash(parameters);
  if (stored.parametersHash !== hash) return 'other-parameters';
  if (stored.inputs.lanes.length === 0) return 'same';
  const { decision } = decide(
    { lane: stored.lane, parameters, parametersHash: hash },
    stored.stateBefore,
    stored.inputs,
  );
  const essence = ({ plan, actions, reasons, forecast }: StepDecision) =>
    JSON.stringify({ plan, actions, reasons, forecast });
  return essence(JSON.parse(JSON.stringify(decision)) as StepDecision) === essence(stored) ? 'same' : 'different';
}

function describe(decision: StepDecision, replayed: Replay | undefined): string {
  const { atMs, lane, inputs, forecast, plan, reasons, outcome, actions } = decision;
  const own = inputs.lanes.find(({ terms }) => terms.lane === lane);
  const ahead = forecast.find((each) => each.lane === lane);
  return [
    `${new Date(atMs).toISOString()}${replayed === undefined ? '' : `  replay: ${replayed}`}`,
    ...(own === undefined
      ? []
      : [
          `  sees      ${own.arrivals.at(-1)?.count ?? 'no'} events in the last minute, ${own.backlog} waiting, ${own.capacity.provisionedAllocated} warm`,
        ]),
    ...(ahead === undefined
      ? []
      : [
          `  expects   ${Math.round(demandAt(ahead, 0.5))} a minute, ${Math.round(demandAt(ahead, 0.95))} at the most (95 %)${ahead.burst ? ', a burst' : ''}`,
        ]),
    ...(plan === undefined ? [] : [`  plans     ${describePlan(plan)}`]),
    ...actions.map((action, index) => `  does      ${describeAction(action)}: ${outcome[index]?.result ?? 'not done'}`),
    ...reasons.map((reason) => `  because   ${sayReason(reason)}`),
  ].join('\n');
}

function describePlan(plan: LanePlan): string {
  const { provisioned, maximumConcurrency, batchSize, batchWindowSeconds, form, utilisation } = plan;
  return `${provisioned} warm, up to ${maximumConcurrency} at once, batches of ${batchSize} within ${batchWindowSeconds} s, ${form}, ρ ${utilisation.toFixed(2)}`;
}

function describeAction(action: ScalingAction): string {
  switch (action.kind) {
    case 'provision':
      return `warm environments ${action.from} → ${action.environments}`;
    case 'release':
      return `warm environments ${action.from} → 0`;
    case 'mapping':
      return `mapping: up to ${action.maximumConcurrency} at once, batches of ${action.batchSize} within ${action.batchWindowSeconds} s`;
    case 'form':
      return `chains begin ${action.form}`;
  }
}
