/**
 * Proves recovery around its policy: under any interleaving of recoveries that crash, lose answers and outlive their leases, no action
 * is doubled, no budget and no cap is passed, and the switch stops everything.
 */
import fc from 'fast-check';
import { createMemoryLog, createMemoryPorts, createMemoryWorld, type MemoryWorld } from '../../../adapters/memory';
import type { BegunAction, Incident, Subject } from '../../../core/contracts/incident';
import { noteFindings } from '../../../core/policies/recovery/note';
import type { Facts } from '../../../core/policies/recovery/plan';
import { DEFAULT_RECOVERY } from '../../../core/policies/recovery/settings';
import { type Performed, type RecoveryPorts, recover } from '../../../lambdas/monitoring/recovery/core';
import {
  FUNCTION_FACTS,
  finding,
  incidentWith,
  RUNNER,
  SAGA,
  SAGA_FACTS,
  T,
} from '../../core/policies/recovery/factory';

const settings = DEFAULT_RECOVERY;
const effectOf = (id: string, { kind, number, run, version }: BegunAction) =>
  `${id}/${number} ${kind} ${run ?? ''}${version ?? ''}`;

interface Wrong {
  facts?: (incident: Incident) => Facts;
  perform?: (incident: Incident, action: BegunAction) => Performed | Promise<Performed>;
}

function setUp(world: MemoryWorld, wrong: Wrong = {}) {
  const performed: { id: string; action: BegunAction; atMs: number }[] = [];
  const ports: RecoveryPorts & ReturnType<typeof createMemoryPorts> = {
    ...createMemoryPorts({ world }),
    log: createMemoryLog(),
    look: async (incident) => wrong.facts?.(incident) ?? (incident.subject.on === 'saga' ? SAGA_FACTS : FUNCTION_FACTS),
    perform: async (incident, action) => {
      performed.push({ id: incident.id, action, atMs: world.state.nowMs });
      return (await wrong.perform?.(incident, action)) ?? { status: 'done', words: 'done' };
    },
  };
  const open = (incident: Incident) => {
    world.state.incidents[incident.id] = { ...incident, version: 1 };
    return incident.id;
  };
  const run = (id: string) => recover(ports, settings, id, { now: () => world.state.nowMs });
  const now = (id: string): Incident => {
    const found = world.state.incidents[id];
    if (found === undefined) throw new Error(`no incident ${id}`);
    return found;
  };
  return { ports, performed, open, run, now };
}

const saga = (instance = 'one') => ({ ...SAGA, instance }) as Subject;
const sagaIncident = (instance = 'one') => incidentWith(1, { subject: saga(instance), kind: 'dependency' }, T - 60_000);

describe('one recovery', () => {
  it('writes down that it begins, what became of it, and when it looks again', async () => {
    const world = createMemoryWorld({ nowMs: T });
    const { open, run, now, performed } = setUp(world);
    const id = open(sagaIncident());
    expect(await run(id)).toBe('done');
    expect(now(id)).toMatchObject({
      spent: 1,
      state: 'open',
      dueAtMs: T + settings.lookAgainMs,
      leaseUntilMs: 0,
      token: 1,
    });
    expect(now(id).action).toBeUndefined();
    expect(now(id).timeline.map(({ what, action }) => [what, action])).toEqual([
      ['found', undefined],
      ['begun', 'rerun'],
      ['done', 'rerun'],
    ]);
    expect(performed).toHaveLength(1);
    expect(await run(id)).toBe('nothing');
  });
  it('says so where the action fails, and goes on with the next one', async () => {
    const world = createMemoryWorld({ nowMs: T });
    const { open, run, now } = setUp(world, {
      perform: () => {
        throw new TypeError('no');
      },
    });
    const id = open(sagaIncident());
    expect(await run(id)).toBe('failed');
    expect(now(id).timeline.at(-1)).toMatchObject({ what: 'failed', action: 'rerun', words: 'TypeError: no' });
    expect(world.state.recovery.limits).toMatchObject({ failures: 1 });
    world.state.nowMs += 60_000;
    expect(await run(id)).toBe('failed');
    expect(now(id).spent).toBe(2);
  });
  it('stops trying after some failures in a row, of whichever incident', async () => {
    const world = createMemoryWorld({ nowMs: T });
    const { open, run, performed } = setUp(world, { perform: () => ({ status: 'failed', words: 'no' }) });
    for (let each = 0; each < 10; each++) {
      await run(open(sagaIncident(`order-${each}`)));
      world.state.nowMs += settings.refillMs;
    }
    expect(performed).toHaveLength(settings.mostFailures);
  });
  it('repeats an action that is not done yet under the same number, and gives up in the end', async () => {
    const world = createMemoryWorld({ nowMs: T });
    const { open, run, now, performed } = setUp(world, { perform: () => ({ status: 'waits', words: 'not yet' }) });
    const id = open(sagaIncident());
    for (let each = 0; each < 200; each++) {
      if (each > 0 && now(id).action === undefined) break;
      await run(id);
      world.state.nowMs += settings.lookAgainMs;
    }
    expect(new Set(performed.map(({ action }) => effectOf(id, action))).size).toBe(1);
    expect(now(id)).toMatchObject({ spent: 1 });
    expect(now(id).timeline.filter(({ what }) => what === 'waits')).toHaveLength(1);
    expect(now(id).timeline.at(-1)).toMatchObject({ what: 'failed' });
  });
  it('lets a lane run again that it has stopped, also where stopping it failed half-way', async () => {
    const world = createMemoryWorld({ nowMs: T });
    const { open, run, now, performed } = setUp(world, {
      perform: (_incident, { kind }) => ({ status: kind === 'open-breaker' ? 'failed' : 'done', words: kind }),
    });
    const id = open(incidentWith(5, { kind: 'dependency', subject: RUNNER }));
    expect(await run(id)).toBe('failed');
    expect(now(id).breaker).toMatchObject({ lane: 'bulk', untilMs: T + settings.laneBreakMs });
    world.state.nowMs += settings.laneBreakMs;
    expect(await run(id)).toBe('done');
    expect(now(id).breaker).toBeUndefined();
    expect(performed.map(({ action }) => action.kind)).toEqual(['open-breaker', 'close-breaker']);
  });
  it('does nothing with the switch off, not even what was begun before', async () => {
    const world = createMemoryWorld({ nowMs: T });
    const { ports, open, run, now, performed } = setUp(world, {
      perform: () => ({ status: 'waits', words: 'not yet' }),
    });
    const id = open(sagaIncident());
    expect(await run(id)).toBe('waits');
    await ports.incidents.setMode('off');
    for (let each = 0; each < 5; each++) {
      world.state.nowMs += settings.lookAgainMs;
      expect(await run(id)).toBe('off');
    }
    const other = open(sagaIncident('two'));
    expect(await run(other)).toBe('waits');
    expect(performed).toHaveLength(1);
    await ports.incidents.setMode('on');
    world.state.nowMs += settings.lookAgainMs;
    await run(id);
    await run(other);
    expect(performed).toHaveLength(3);
    expect(now(other).spent).toBe(1);
  });
  it('whose lease ran out changes nothing any more: another one has the incident', async () => {
    const world = createMemoryWorld({ nowMs: T });
    let second: Promise<string> | undefined;
    const { open, run, now, performed } = setUp(world, {
      perform: async () => {
        if (second !== undefined) return { status: 'waits', words: 'the second' };
        world.state.nowMs += settings.leaseMs + 1;
        second = run(id);
        expect(await second).toBe('waits');
        return { status: 'done', words: 'the first' };
      },
    });
    const id = open(sagaIncident());
    expect(await run(id)).toBe('held');
    expect(new Set(performed.map(({ action }) => effectOf(id, action))).size).toBe(1);
    expect(now(id)).toMatchObject({ token: 2, action: { number: 1 } });
    expect(now(id).timeline.map(({ words }) => words)).not.toContain('the first');
  });
  it('looks once more where something was found while it decided to do nothing', async () => {
    const world = createMemoryWorld({ nowMs: T });
    const { open, run, now, ports } = setUp(world, {
      facts: (incident) => {
        const noted = noteFindings(now(incident.id), [finding({ subject: SAGA })], T) as Incident;
        world.state.incidents[incident.id] = { ...noted, version: now(incident.id).version + 1 };
        return { ...SAGA_FACTS, status: 'settled' };
      },
    });
    const id = open(incidentWith(1, { subject: SAGA }));
    // Planned on what is there then; one that comes between the plan and its write is made due again.
    world.hook = {
      after: async ({ name }) => {
        if (name !== 'mode') return;
        world.hook = undefined;
        const noted = noteFindings(now(id), [finding({ subject: SAGA })], T) as Incident;
        await ports.incidents.put(noted, now(id));
      },
    };
    await run(id);
    expect(now(id)).toMatchObject({ state: 'open', dueAtMs: T });
  });
});

/** Many recoveries at once, one operation at a time in an order that the seed gives; some crash, some lose an answer, time goes on. */
async function interleave(seed: number, incidents: readonly Incident[], workers: number, offAfter?: number) {
  const world = createMemoryWorld({ nowMs: T });
  let chance = seed >>> 0;
  const random = () => {
    chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) >>> 0;
    return chance / 2 ** 32;
  };
  const waiting: (() => void)[] = [];
  const turn = () => new Promise<void>((resolve) => waiting.push(resolve));
  const trouble = () => {
    if (random() < 0.05) throw new Error('crashed, or the answer was lost');
  };
  let operations = 0;
  const begun: { id: string; action: BegunAction; mode: string }[] = [];
  const { open, run, performed } = setUp(world, {
    perform: async () => {
      await turn();
      trouble();
      await turn();
      return { status: random() < 0.8 ? 'done' : 'waits', words: 'so' };
    },
    // A classifier that lies: whatever it says, the facts are that the instance has ended without an outcome, for ever.
    facts: (incident) => (incident.subject.on === 'saga' ? { ...SAGA_FACTS, run: incident.spent + 1 } : FUNCTION_FACTS),
  });
  const ids = incidents.map(open);
  world.hook = {
    before: async () => {
      await turn();
      trouble();
      operations += 1;
      if (operations === offAfter) world.state.recovery = { ...world.state.recovery, mode: 'off' };
      return undefined;
    },
    after: async ({ name, args }, answer) => {
      if (name === 'begin' && answer === 'begun') {
        const next = args[0] as Incident;
        if (next.action) begun.push({ id: next.id, action: next.action, mode: world.state.recovery.mode });
      }
      trouble();
    },
  };
  let running = 0;
  const worker = async () => {
    running += 1;
    for (let each = 0; each < 60; each++) {
      const id = ids[Math.floor(random() * ids.length)] ?? '';
      await run(id).catch(() => undefined);
    }
    running -= 1;
  };
  const all = Promise.all(Array.from({ length: workers }, worker));
  while (running > 0) {
    await new Promise(setImmediate);
    const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
    if (random() < 0.1) world.state.nowMs += Math.floor(random() * 10_000);
    next?.();
  }
  await all;
  return { begun, performed, world };
}

const most = (times: readonly number[], spanMs: number) =>
  Math.max(0, ...times.map((atMs) => times.filter((each) => each >= atMs && each < atMs + spanMs).length));

describe('many recoveries at once', () => {
  it('never double an action, pass a budget or the cap, or act on what is not written down', async () => {
    let actions = 0;
    let searches = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const incidents = Array.from({ length: 30 }, (_, index) => sagaIncident(`order-${index}`));
        const { begun, performed } = await interleave(seed, incidents, 4);
        actions += begun.length;
        searches += 1;
        const written = new Set(begun.map(({ id, action }) => effectOf(id, action)));
        const numbers = begun.map(({ id, action }) => `${id}/${action.number}`);
        const times = begun.map(({ action }) => action.atMs);
        const perIncident = incidents.map(({ id }) => begun.filter((each) => each.id === id).length);
        return (
          new Set(numbers).size === numbers.length &&
          performed.every(({ id, action }) => written.has(effectOf(id, action))) &&
          Math.max(...perIncident) <= settings.budget &&
          most(times, settings.windowMs) <= settings.cap &&
          most(times, 1) <= settings.bucket
        );
      }),
      { numRuns: 30 },
    );
    // The search is worth nothing where hardly anything is begun.
    expect(actions / searches).toBeGreaterThan(10);
  }, 120_000);

  it('begin nothing after the switch is off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 20, max: 300 }), async (seed, offAfter) => {
        const incidents = Array.from({ length: 30 }, (_, index) => sagaIncident(`order-${index}`));
        const { begun, world } = await interleave(seed, incidents, 4, offAfter);
        const { run, performed } = setUp(world);
        world.hook = undefined;
        world.state.nowMs += 3_600_000;
        for (const { id } of incidents) await run(id);
        return begun.every(({ mode }) => mode === 'on') && performed.length === 0;
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});
