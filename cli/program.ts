/** The command line: one command per file, put together. */
import { Command } from 'commander';
import { version } from '../package.json';
import { auditCommand } from './audit';
import { chaosCommand } from './chaos';
import { decisionsCommand } from './decisions';
import { dlqCommand } from './dlq';
import { doctorCommand } from './doctor';
import { downCommand } from './down';
import { incidentsCommand } from './incidents';
import { laneCommand } from './lane';
import { loadCommand } from './load';
import { recoveryCommand } from './recovery';
import { republishCommand } from './republish';
import { rollbackCommand } from './rollback';
import { sagaCommand } from './saga';
import { schedulingCommand } from './scheduling';
import { sendCommand } from './send';
import { smokeCommand } from './smoke';
import { startCommand } from './start';
import { statusCommand } from './status';
import { traceCommand } from './trace';
import { upCommand } from './up';

export function createProgram(): Command {
  const program = new Command('triage')
    .description('Sort events by urgency, react to them, and account for every one.')
    .version(version)
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText(
      'after',
      '\nExit code: 0 what was asked for holds; 1 it does not; 2 the command could not find out.\nThe endpoint is AWS_ENDPOINT_URL where it is set, else the local session, else AWS.',
    );
  for (const command of [
    startCommand(),
    upCommand(),
    downCommand(),
    doctorCommand(),
    smokeCommand(),
    sendCommand(),
    loadCommand(),
    statusCommand(),
    traceCommand(),
    laneCommand(),
    rollbackCommand(),
    decisionsCommand(),
    schedulingCommand(),
    sagaCommand(),
    incidentsCommand(),
    recoveryCommand(),
    dlqCommand(),
    republishCommand(),
    auditCommand(),
    chaosCommand(),
  ])
    program.addCommand(command);
  return withExitCodes(program);
}

/** Commands that are added whole inherit nothing, so each of them is told. */
function withExitCodes(command: Command): Command {
  for (const each of command.commands) withExitCodes(each);
  return command.exitOverride(usageExit);
}

/** A command that was not understood could not find out: 2. Help and version were asked for: 0. */
function usageExit({ exitCode }: { readonly exitCode: number }): void {
  process.exit(exitCode === 0 ? 0 : 2);
}
