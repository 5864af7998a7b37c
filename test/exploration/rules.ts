/** Rules of the protocol that live in the cores and not in a condition: each can be broken from outside, at the ports. */
import type { createMemoryPorts } from '../../adapters/memory';
import type { Acceptance } from '../../core/contracts/ledger';

export const RULES = [
  'an acceptance is put before the hand-off',
  'the hand-off is marked only after every send succeeded',
  'what is further on is sent, not only acknowledged',
  'missing branches or the join are sent, not only acknowledged',
  'nothing takes effect before the outcome',
  'a redrive takes no event that is DONE',
  'a redrive is a generation of its own',
] as const;
export type Rule = (typeof RULES)[number];
export type Ports = ReturnType<typeof createMemoryPorts>;

/** The ports with the broken rules' faults in them. */
export function rulePorts(ports: Ports, broken: ReadonlySet<Rule>, actor: string): Ports {
  if (broken.size === 0) return ports;
  if (actor === 'ingest') return ingestPorts(ports, broken);
  if (actor === 'redrive') return redrivePorts(ports, broken);
  return actor === 'worker' ? workerPorts(ports, broken) : ports;
}

function ingestPorts(ports: Ports, broken: ReadonlySet<Rule>): Ports {
  let owed: Acceptance | undefined;
  return {
    ...ports,
    acceptances: {
      ...ports.acceptances,
      accept: async (acceptance) => {
        if (!broken.has('an acceptance is put before the hand-off')) return ports.acceptances.accept(acceptance);
        owed = acceptance;
        return { status: 'accepted' };
      },
      markHandedOver: async (key) => {
        if (owed) await ports.acceptances.accept(owed);
        await ports.acceptances.markHandedOver(key);
      },
    },
    lanes: {
      ...ports.lanes,
      send: async (...args) => {
        const failed = await ports.lanes.send(...args);
        return broken.has('the hand-off is marked only after every send succeeded') ? [] : failed;
      },
    },
  };
}

function workerPorts(ports: Ports, broken: ReadonlySet<Rule>): Ports {
  let refused = false;
  const dropsSends = () =>
    refused &&
    (broken.has('what is further on is sent, not only acknowledged') ||
      broken.has('missing branches or the join are sent, not only acknowledged'));
  return {
    ...ports,
    records: {
      ...ports.records,
      putProgress: async (...args) => {
        const answer = await ports.records.putProgress(...args);
        refused ||= answer === 'refused' && broken.has('what is further on is sent, not only acknowledged');
        return answer;
      },
      addBranch: async (...args) => {
        const answer = await ports.records.addBranch(...args);
        refused ||=
          answer.status === 'refused' && broken.has('missing branches or the join are sent, not only acknowledged');
        return answer;
      },
    },
    lanes: { ...ports.lanes, send: async (...args) => (dropsSends() ? [] : ports.lanes.send(...args)) },
  };
}

function redrivePorts(ports: Ports, broken: ReadonlySet<Rule>): Ports {
  const back = <T extends { readonly generation: number }>(each: T): T =>
    broken.has('a redrive is a generation of its own') ? { ...each, generation: each.generation - 1 } : each;
  return {
    ...ports,
    records: {
      ...ports.records,
      latest: async (key) => {
        const record = await ports.records.latest(key);
        if (!record?.outcome || !broken.has('a redrive takes no event that is DONE')) return record;
        return { ...record, outcome: { ...record.outcome, kind: 'DEAD' } };
      },
    },
    acceptances: {
      ...ports.acceptances,
      accept: (acceptance) =>
        ports.acceptances.accept({ ...acceptance, envelopes: acceptance.envelopes.map((each) => back(each)) }),
    },
    lanes: {
      ...ports.lanes,
      send: (lane, messages, options) =>
        ports.lanes.send(
          lane,
          messages.map((each) => ({ ...each, envelope: back(each.envelope) })),
          options,
        ),
    },
  };
}
