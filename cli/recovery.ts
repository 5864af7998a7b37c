/** The switch of recovery. Off, nothing is begun any more; what is found is written down all the same. */
import { Argument, Command } from 'commander';
import type { RecoveryMode } from '../core/contracts/incident';
import { incidentsOf, readIncidents } from './incidents';
import { print, printJson, time } from './output';
import { type CommonOptions, EXIT, runConnected, withEnvironment, withJson } from './run';

export function recoveryCommand(): Command {
  return withJson(withEnvironment(new Command('recovery')))
    .description('switch recovery on or off; without a word, show whether it is')
    .addArgument(new Argument('[mode]', 'what it shall be').choices(['on', 'off']))
    .addHelpText(
      'after',
      '\nOff, no action begins from that moment on; one that was being done ends by itself within seconds. Lanes that recovery has stopped stay\nstopped: they are listed, and `npx triage lane resume` lets them run again.',
    )
    .action((mode: RecoveryMode | undefined, options: CommonOptions) =>
      runConnected(options.env, async (connection) => {
        const incidents = incidentsOf(connection);
        if (mode !== undefined) await incidents.setMode(mode);
        const now = await incidents.mode();
        const stopped = (await readIncidents(connection)).flatMap(({ id, breaker }) =>
          breaker === undefined ? [] : [{ incident: id, ...breaker }],
        );
        if (options.json) printJson({ mode: now, stopped });
        else {
          print(
            now === 'on' ? 'Recovery is on.' : 'Recovery is off: what is found is written down, and nothing is done.',
          );
          for (const { lane, sinceMs, incident } of stopped)
            print(`Lane ${lane} was stopped by it at ${time(sinceMs)} (incident ${incident}).`);
        }
        return EXIT.holds;
      }),
    );
}
