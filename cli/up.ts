import { Command } from 'commander';
import { bringUp } from '../local/environment';
import { print, printJson } from './output';
import { EXIT, run, untilInterrupted, withJson } from './run';

export const upCommand = (): Command =>
  withJson(
    new Command('up').description('bring the local environment up: emulator (or AWS_ENDPOINT_URL), stacks, repairs'),
  ).action((options: { readonly json?: boolean }) =>
    run('local', async () => {
      const startedAtMs = Date.now();
      const onProgress = (message: string) => void process.stderr.write(`${message}\n`);
      const session = await bringUp({ onProgress, signal: untilInterrupted() });
      const seconds = (Date.now() - startedAtMs) / 1000;
      const { endpoint, region, account, environment, startedByUs } = session;
      if (options.json) printJson({ endpoint, region, account, environment, startedByUs, seconds });
      else
        print(
          `The local environment is up at ${endpoint} (account ${account}, ${region}), after ${seconds.toFixed(1)} s.\nSend to it with \`npx triage load --count 100\`; end it with \`npx triage down\`.`,
        );
      return EXIT.holds;
    }),
  );
