import { Command } from 'commander';
import { tearDown } from '../local/environment';
import { readSession } from '../local/session';
import { print, printJson } from './output';
import { EXIT, run, withJson } from './run';

export const downCommand = (): Command =>
  withJson(
    new Command('down').description('end the local environment and everything that `up` or `start` left running'),
  ).action((options: { readonly json?: boolean }) =>
    run('local', async () => {
      const session = readSession();
      await tearDown();
      const ended = session !== undefined;
      if (options.json) printJson({ ended, ...(ended ? { endpoint: session.endpoint } : {}) });
      else print(ended ? `The local environment at ${session.endpoint} is down.` : 'No local environment was up.');
      return EXIT.holds;
    }),
  );
