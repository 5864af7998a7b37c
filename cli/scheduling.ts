/** The switch of the adaptive scheduler, for one lane or for all. */
import { Argument, Command } from 'commander';
import { createControllers } from '../adapters/aws';
import type { SchedulingMode } from '../core/contracts/scheduling';
import { UserError } from './errors';
import { print, printJson } from './output';
import { type CommonOptions, EXIT, runConnected, withEnvironment, withJson } from './run';

const MEANING: Readonly<Record<SchedulingMode, string>> = {
  on: 'decides and acts',
  'dry-run': 'decides and records, and changes nothing',
  off: 'does nothing; capacity stays as it is',
};

export function schedulingCommand(): Command {
  return withJson(withEnvironment(new Command('scheduling')))
    .description('switch the adaptive scheduler on, to a dry run, or off; without a mode, show it')
    .addArgument(new Argument('[mode]', 'what it shall do').choices(Object.keys(MEANING)))
    .argument('[lane]', 'of this lane only; of all where left out')
    .action((mode: SchedulingMode | undefined, lane: string | undefined, options: CommonOptions) =>
      runConnected(options.env, async ({ clients, names, configuration, environment }) => {
        const lanes = configuration.lanes.map((each) => each.name);
        if (lane !== undefined && !lanes.includes(lane))
          throw new UserError(`There is no lane "${lane}" in ${environment}.`, `These exist: ${lanes.join(', ')}.`);
        const controllers = createControllers({
          dynamo: clients.dynamo,
          controlTable: names.controlTable,
          decisionsTable: names.decisionsTable,
          retentionDays: configuration.retention.decisionDays,
        });
        if (mode !== undefined) await controllers.setMode(lane, mode);
        const modes = await Promise.all(
          lanes.map(async (each) => ({ lane: each, mode: await controllers.mode(each) })),
        );
        if (options.json) printJson(modes);
        else for (const each of modes) print(`${each.lane.padEnd(12)} ${each.mode}: ${MEANING[each.mode]}`);
        return EXIT.holds;
      }),
    );
}
