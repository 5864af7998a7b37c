/** The CDK's entry: `cdk synth -c env=<name>`; without a name, `local`. With `-c bundles=anew` no function's bundle of an earlier synth is taken. */
import { App } from 'aws-cdk-lib';
import { createApp } from './platform';

createApp(String(new App({ autoSynth: false }).node.tryGetContext('env') ?? 'local'))
  .then((app) => {
    app.synth();
  })
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
