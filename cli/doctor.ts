import { Command } from 'commander';
import { configurationOf } from './connection';
import { checkAccount } from './doctor/account';
import { type Finding, OK } from './doctor/finding';
import { checkMachine } from './doctor/machine';
import { print, printJson, table } from './output';
import { type CommonOptions, EXIT, run, withEnvironment, withJson } from './run';

export const doctorCommand = (): Command =>
  withJson(
    withEnvironment(
      new Command('doctor').description(
        'is everything there that is needed? --env local: this machine and the local environment; another: the account',
      ),
    ),
  ).action((options: CommonOptions) =>
    run(options.env, async () => {
      configurationOf(options.env);
      const findings = [...(await checkMachine(options.env)), ...(await checkAccount(options.env))];
      const healthy = findings.every(({ state }) => state !== 'fault');
      if (options.json) printJson({ healthy, findings });
      else printFindings(findings, healthy);
      return healthy ? EXIT.holds : EXIT.fails;
    }),
  );

function printFindings(findings: readonly Finding[], healthy: boolean): void {
  print(
    table(
      ['check', 'state', 'what'],
      findings.map(({ check, state, what }) => [check, state, what]),
    ),
  );
  for (const { check, state, remedy } of findings) if (state !== OK && remedy) print(`\n${check}: ${remedy}`);
  print(healthy ? '\nAll that is needed is there.' : '\nSomething is missing, or is not as it should be.');
}
