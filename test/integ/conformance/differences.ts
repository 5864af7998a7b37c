/**
 * Behaviours in which an endpoint differs from AWS. A behaviour listed here must fail there: one that passes makes the suite fail,
 * so that the table cannot outlive its truth. Each entry has its row in docs/local-fidelity.md.
 * LocalStack and AWS Emulator have no entries: nobody has run the suite against them yet, and guesses would be worth nothing.
 */
import type { EndpointKind } from './endpoint';

export const DIFFERENCES: Readonly<Record<EndpointKind, Readonly<Record<string, string>>>> = {
  embedded: {
    'a batch send fails entry by entry': 'an entry whose delay is out of range is accepted',
    'a batch of more than ten is delivered whole': 'batches are capped at ten and the batching window is ignored',
    'a stream batch goes on after the record that it reports as failed':
      'batchItemFailures of stream mappings are ignored: the failed record is skipped',
    'transactions on one item at the same moment conflict': 'TransactionConflict is never raised',
    'an event whose detail is not JSON is refused by itself': 'PutEvents accepts any text as detail',
    'a subscription filter of alternatives delivers a match': 'only empty, one-word and quoted patterns deliver',
  },
  localstack: {},
  'aws-emulator': {},
  aws: {},
};
