import { paginateScan } from '@aws-sdk/client-dynamodb';
import { Command } from 'commander';
import { createEffects, createEventBus, recordFromItem } from '../adapters/aws';
import type { LedgerRecord } from '../core/contracts/ledger';
import { type Published, publish, UnpublishedError } from '../lambdas/state/publisher/core';
import type { Connection } from './connection';
import { print, printJson } from './output';
import { type CommonOptions, EXIT, instant, runConnected, withEnvironment, withJson } from './run';

interface RepublishOptions extends CommonOptions {
  readonly from: number;
  readonly to?: number;
}

export const republishCommand = (): Command =>
  withJson(
    withEnvironment(
      new Command('republish')
        .description('let outcomes take effect again, from the ledger itself: what is there already does not change')
        .requiredOption(
          '--from <time>',
          'outcomes decided from then on (2026-11-21T12:00:00Z, or an age: 15m, 2h, 3d)',
          instant,
        )
        .option('--to <time>', 'and before then (default: now)', instant)
        .addHelpText(
          'after',
          '\nFor what the stream no longer holds. Reads the whole table of records; emitted events are published again under\ntheir own ids. Exit code 1 where an outcome could not be published.',
        ),
    ),
  ).action((options: RepublishOptions) =>
    runConnected(options.env, async (connection) => {
      const done = await republishDecided(connection, { fromMs: options.from, toMs: options.to ?? Date.now() });
      const unpublished = [...done.bad, ...done.later];
      if (options.json) printJson(done);
      else {
        print(`${done.outcomes} outcomes: ${done.applied} writes applied, ${done.stale} there already`);
        print(`${done.emitted} events published`);
        for (const each of unpublished) print(`not published: ${each}`);
      }
      return unpublished.length === 0 ? EXIT.holds : EXIT.fails;
    }),
  );

/** `later`: what a repeat of the command may mend; `bad`: keys of records that no repeat can. */
export interface RepublishedDecided extends Published {
  readonly later: readonly string[];
}

/** Page by page, so that a table of any size fits. */
export async function republishDecided(
  { clients, names }: Pick<Connection, 'clients' | 'names'>,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<RepublishedDecided> {
  const ports = {
    effects: createEffects({ dynamo: clients.dynamo, table: names.effectsTable }),
    bus: createEventBus({ eventBridge: clients.eventBridge, bus: names.bus }),
    log: { info: () => {}, warn: () => {}, error: sayError },
  };
  let total: RepublishedDecided = { outcomes: 0, applied: 0, stale: 0, emitted: 0, bad: [], later: [] };
  const inside = ({ outcome }: LedgerRecord) =>
    outcome !== undefined && outcome.decidedAtMs >= fromMs && outcome.decidedAtMs < toMs;
  for await (const { Items = [] } of paginateScan(
    { client: clients.dynamo },
    { TableName: names.recordsTable, ConsistentRead: true },
  )) {
    try {
      total = sum(total, await publish(ports, Items.map(recordFromItem).filter(inside)));
    } catch (error) {
      if (!(error instanceof UnpublishedError)) throw error;
      total = { ...total, later: [...total.later, error.message] };
    }
  }
  return total;
}

function sayError(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  const { key, error } = fields;
  process.stderr.write(`${message}: ${String(key)} (${error instanceof Error ? error.message : String(error)})\n`);
}

const sum = (a: RepublishedDecided, b: Published): RepublishedDecided => ({
  outcomes: a.outcomes + b.outcomes,
  applied: a.applied + b.applied,
  stale: a.stale + b.stale,
  emitted: a.emitted + b.emitted,
  bad: [...a.bad, ...b.bad],
  later: a.later,
});
