/**
 * Proves for every step of the booking and every call of a port that it makes: whatever happens at that call (refused, answer lost, the
 * function hangs while another one does the work, or while the order is taken back), what is left in the end is what a run without
 * trouble leaves. And what paused, cancelled, late and stale mean to each.
 */
import { createHash } from 'node:crypto';
import { createMemoryPaymentProvider, createMemoryPorts, createMemoryWorld, type Hook } from '../../../adapters/memory';
import { booking, offerKey, seatKey } from '../../../applications/booking';
import { DIRECTION, type SagaInput, type StepAnswer, stepKey } from '../../../core/contracts/saga';
import { stateKeyText } from '../../../core/contracts/state';
import { putThing, runStep, type StepPorts, stepOf } from '../../../core/sagas';

const T = 1_700_000_000_000;
const FORWARD = ['inventory', 'reserve', 'approval', 'confirm', 'payment', 'ticket'] as const;
const BACK = ['void', 'refund', 'cancel', 'release'] as const;
const ALL = [...FORWARD, ...BACK];
const saga: SagaInput = {
  saga: 'booking',
  application: 'booking',
  instance: 'booking/t/o1',
  run: 1,
  event: {
    key: 'k',
    generation: 1,
    bodyDigest: 'd',
    tenant: 't',
    source: '/shop',
    id: 'e1',
    type: 'booking.requested',
    lane: 'booking',
    acceptedAtMs: T,
  },
  request: { inline: { order: 'o1', show: 'opera', seat: 3, card: 'tok_visa' } },
};
const OWED = { approvalAboveCents: 50_000 };

type Ambiguous = Parameters<typeof createMemoryPaymentProvider>[0]['ambiguous'];

/** A world with an offer, and its ports as one invocation has them. */
async function newBench() {
  const world = createMemoryWorld({ nowMs: T });
  let attempts = 0;
  const portsWith = (hook?: Hook, ambiguous?: Ambiguous): StepPorts => {
    const view = { state: world.state, without: world.without, hook };
    const { states, claims, sagaControl: control } = createMemoryPorts({ world: view });
    const payments = createMemoryPaymentProvider({ world: view, ...(ambiguous && { ambiguous }) });
    return { states, claims, control, settings: OWED, services: { payments } };
  };
  const clean = portsWith();
  await putThing(clean.states, offerKey('t', 'opera'), { priceCents: 2_500, seats: 10 }, 'shop', T);
  const call = (name: string, ports = clean, input = saga): Promise<StepAnswer> => {
    attempts += 1;
    // Each call comes later than a courtesy lasts.
    world.state.nowMs += 60_000;
    const request = { step: name, saga: input, attempt: `${name}/${attempts}` };
    return runStep(stepOf(booking, name), request, ports, { now: () => world.state.nowMs });
  };
  /** All steps that come before this one; a compensation's order has been paid, and has no ticket. */
  const upTo = async (name: string) => {
    const before: string[] = [...ALL.slice(0, ALL.indexOf(name as (typeof ALL)[number]))];
    for (const each of before) if (each !== 'ticket' || name === 'ticket') await call(each);
  };
  return { world, call, upTo, portsWith, clean };
}
type Bench = Awaited<ReturnType<typeof newBench>>;

/** What is there, without who did it and how often: status and value of every result, and the provider's books. */
const picture = ({ world }: Bench) => ({
  states: Object.fromEntries(
    Object.entries(world.state.states).map(([id, { value, freshness }]) => [id, { value, freshness }]),
  ),
  payments: Object.fromEntries(
    Object.entries(world.state.payments).map(([key, { status, amountCents }]) => [key, { status, amountCents }]),
  ),
});

async function cleanPicture(name: string) {
  const bench = await newBench();
  await bench.upTo(name);
  const calls: string[] = [];
  const answer = await bench.call(
    name,
    bench.portsWith({
      before: async (operation) => {
        calls.push(`${operation.port}.${operation.name}`);
        return undefined;
      },
    }),
  );
  return { picture: picture(bench), answer, calls };
}

/** Does this at the nth call of a port. */
function atCall(nth: number, when: 'before' | 'after', what: () => Promise<void>): Hook {
  let count = 0;
  const hit = async () => {
    count += 1;
    if (count === nth) await what();
  };
  return when === 'before' ? { before: async () => void (await hit()) as undefined } : { after: hit };
}

const lost = async () => {
  throw new Error('TimeoutError: lost by the test');
};

describe.each(ALL.map((name) => [name]))('%s', (name) => {
  it('is done, and called again does nothing', async () => {
    const bench = await newBench();
    await bench.upTo(name);
    const first = await bench.call(name);
    const before = { ...bench.world.state.states };
    const second = await bench.call(name);

    expect(first.status).toBe('done');
    expect(second).toEqual(first);
    expect(bench.world.state.states).toEqual(before);
  });

  it.each(['before', 'after'] as const)(
    'leaves the same when it fails %s any of its calls and is tried again',
    async (when) => {
      const clean = await cleanPicture(name);
      expect(clean.calls.length).toBeGreaterThan(4);
      for (let nth = 1; nth <= clean.calls.length; nth++) {
        const bench = await newBench();
        await bench.upTo(name);
        await bench.call(name, bench.portsWith(atCall(nth, when, lost))).catch(() => undefined);
        const again = await bench.call(name);

        expect({ nth, call: clean.calls[nth - 1], answer: again.status, ...picture(bench) }).toEqual({
          nth,
          call: clean.calls[nth - 1],
          answer: 'done',
          ...clean.picture,
        });
      }
    },
  );

  it('leaves the same when it hangs at any of its calls while another call does the work', async () => {
    const clean = await cleanPicture(name);
    for (let nth = 1; nth <= clean.calls.length; nth++) {
      const bench = await newBench();
      await bench.upTo(name);
      const late = async () => {
        await bench.call(name);
      };
      const answer = await bench.call(name, bench.portsWith(atCall(nth, 'before', late)));

      expect({ nth, status: answer.status, ...picture(bench) }).toEqual({ nth, status: 'done', ...clean.picture });
    }
  });

  it('waits while its instance is paused, and writes nothing', async () => {
    const bench = await newBench();
    await bench.upTo(name);
    await bench.clean.control.gate('booking', saga.instance);
    bench.world.state.gates[`booking#${saga.instance}`] = { paused: true, cancelled: false };
    const before = { ...bench.world.state.states };

    expect(await bench.call(name)).toEqual({ status: 'paused' });
    expect(bench.world.state.states).toEqual(before);
  });
});

describe.each(FORWARD.map((name) => [name]))('%s, forward', (name) => {
  it('takes nothing that is being taken back: it hangs at any of its calls while all is compensated', async () => {
    const { calls } = await cleanPicture(name);
    // Behind its commit it only looks whether that was kept: by then it was done.
    const commit = calls.lastIndexOf('states.commitIfCurrent') + 1;
    expect(commit).toBeGreaterThan(4);
    for (let nth = 1; nth <= commit; nth++) {
      const bench = await newBench();
      await bench.upTo(name);
      let isBack = false;
      const back = async () => {
        for (const each of BACK) isBack = (await bench.call(each)).status !== 'stands';
      };
      const answer = await bench.call(name, bench.portsWith(atCall(nth, 'before', back))).catch((error) => error);
      const { states } = bench.world.state;
      const payments = Object.values(bench.world.state.payments).map(({ status }) => status);

      expect([nth, isBack, answer.status ?? answer.name]).toEqual([
        nth,
        true,
        expect.stringMatching(/cancelled|Error$/),
      ]);
      expect(payments).not.toContain('captured');
      expect(states[stateKeyText(seatKey('t', 'opera', 3))]?.value ?? { heldBy: null }).toEqual({ heldBy: null });
      const open = Object.values(states).filter(({ key, freshness }) => freshness !== 'current' && key.name !== 'seat');
      expect(open.map(({ key }) => key.name).filter((each) => each !== 'inventory' && each !== 'approval')).toEqual([]);
    }
  });

  it('is cancelled where nothing was begun, and done where it was done before', async () => {
    const bench = await newBench();
    await bench.upTo(name);
    const gate = { paused: false, cancelled: true };
    bench.world.state.gates[`booking#${saga.instance}`] = gate;
    expect(await bench.call(name)).toEqual({ status: 'cancelled' });
    delete bench.world.state.gates[`booking#${saga.instance}`];
    await bench.call(name);
    bench.world.state.gates[`booking#${saga.instance}`] = gate;
    expect(await bench.call(name)).toMatchObject({ status: 'done' });
  });

  it('goes not forward in a run that is to compensate', async () => {
    const bench = await newBench();
    await bench.upTo(name);
    expect(await bench.call(name, bench.clean, { ...saga, intent: 'compensate' })).toEqual({ status: 'cancelled' });
  });

  it('acts on no result that has become stale, and on its repair', async () => {
    for (const read of stepOf(booking, name).reads) {
      const bench = await newBench();
      await bench.upTo(name);
      const key = stepKey(saga, read);
      await bench.clean.states.markStale({ key, ifVersion: 1, reason: 'wrong' }, T);
      const answer = await bench.call(name).catch((error) => error);
      expect([read, answer.name, answer.message]).toEqual([
        read,
        'RetryableError',
        expect.stringContaining('is stale'),
      ]);
      expect(bench.world.state.states[stateKeyText(stepKey(saga, name))]).toBeUndefined();

      for (const each of FORWARD.slice(0, FORWARD.indexOf(name) + 1))
        expect([each, (await bench.call(each)).status]).toEqual([each, 'done']);
      const payments = Object.values(bench.world.state.payments);
      expect(payments.map(({ status }) => status)).toEqual(name === 'payment' || name === 'ticket' ? ['captured'] : []);
    }
  });

  it('commits on no result that becomes stale while it acts', async () => {
    const { calls } = await cleanPicture(name);
    const commit = calls.indexOf('states.commitIfCurrent') + 1;
    for (const read of stepOf(booking, name).reads) {
      const bench = await newBench();
      await bench.upTo(name);
      const spoil = async () => {
        await bench.clean.states.markStale({ key: stepKey(saga, read), ifVersion: 1, reason: 'wrong' }, T);
      };
      const answer = await bench.call(name, bench.portsWith(atCall(commit, 'before', spoil))).catch((error) => error);
      expect([read, answer.name, answer.message]).toEqual([
        read,
        'RetryableError',
        expect.stringContaining('is stale'),
      ]);
      expect(bench.world.state.states[stateKeyText(stepKey(saga, name))]?.freshness).toBe('pending');
    }
  });

  it('does not begin after the deadline, unless money was taken', async () => {
    const bench = await newBench();
    await bench.upTo(name);
    const answer = await bench.call(name, bench.clean, { ...saga, deadlineMs: T });
    expect(answer).toMatchObject(
      name === 'ticket' ? { status: 'done' } : { status: 'declined', reason: { code: 'deadline' } },
    );
  });
});

describe.each(BACK.map((name) => [name]))('%s, back', (name) => {
  it('runs though the instance is cancelled', async () => {
    const bench = await newBench();
    await bench.upTo(name);
    bench.world.state.gates[`booking#${saga.instance}`] = { paused: false, cancelled: true };
    expect(await bench.call(name)).toMatchObject({ status: 'done' });
  });

  it('runs though its step never acted, and closes its place', async () => {
    const bench = await newBench();
    expect(await bench.call(name)).toMatchObject({ status: 'done' });
    const step = stepOf(booking, name).compensates ?? '';
    expect(await bench.call(step)).toEqual({ status: 'cancelled' });
    expect(Object.values(bench.world.state.payments).map(({ status }) => status)).toEqual(
      name === 'refund' ? ['void'] : [],
    );
  });

  it('takes back nothing of a booking that has its ticket', async () => {
    const bench = await newBench();
    await bench.upTo('ticket');
    await bench.call('ticket');
    const before = { ...bench.world.state.states };
    expect(await bench.call(name)).toEqual({ status: 'stands' });
    expect(bench.world.state.states).toEqual(before);
  });
});

describe('the provider', () => {
  it.each([
    ['payment', 'before'],
    ['payment', 'after'],
    ['refund', 'before'],
    ['refund', 'after'],
  ] as const)('%s: an answer that is lost %s it acted is asked for again, and the act is one', async (name, when) => {
    const bench = await newBench();
    await bench.upTo(name);
    const first = await bench
      .call(
        name,
        bench.portsWith(undefined, () => when),
      )
      .catch((error: Error) => error.name);
    expect(first).toBe('RetryableError');
    expect(await bench.call(name)).toMatchObject({ status: 'done' });
    const [payment] = Object.values(bench.world.state.payments);
    expect(payment).toMatchObject({ status: name === 'payment' ? 'captured' : 'refunded', charges: 1 });
  });

  it('is asked before it is charged again', async () => {
    const bench = await newBench();
    await bench.upTo('payment');
    await bench
      .call(
        'payment',
        bench.portsWith(undefined, () => 'after'),
      )
      .catch(() => undefined);
    const calls: string[] = [];
    const hook: Hook = {
      before: async ({ port, name }) => {
        if (port === 'payments') calls.push(name);
        return undefined;
      },
    };
    await bench.call('payment', bench.portsWith(hook));
    expect(calls).toEqual(['find']);
  });

  it('fails if the same payment is asked for with another amount: nothing is taken, and no retry is asked for', async () => {
    const bench = await newBench();
    await bench.upTo('payment');
    const other = { key: `${saga.instance}/payment`, amountCents: 1, card: 'tok_visa' };
    await bench.clean.services.payments?.charge(other);
    await expect(bench.call('payment')).rejects.toThrow(expect.objectContaining({ name: 'TerminalError' }));
  });
});

describe('the direction', () => {
  const directionOf = ({ world }: Bench) => world.state.states[stateKeyText(stepKey(saga, DIRECTION))]?.value;

  it('is forward from the first commit, back for good from the first compensation, done with the last step', async () => {
    const bench = await newBench();
    await bench.call('inventory');
    expect(directionOf(bench)).toBe('forward');
    await bench.call('void');
    expect(directionOf(bench)).toBe('back');
    expect(await bench.call('reserve')).toEqual({ status: 'cancelled' });

    const other = await newBench();
    await other.upTo('ticket');
    await other.call('ticket');
    expect(directionOf(other)).toBe('done');
  });

  it('lets a stale result of a booking that stands be made again', async () => {
    const bench = await newBench();
    await bench.upTo('ticket');
    await bench.call('ticket');
    await bench.clean.states.markStale({ key: stepKey(saga, 'ticket'), ifVersion: 1, reason: 'lost' }, T);
    expect(await bench.call('ticket')).toEqual({ status: 'done', version: 2 });
    expect(await bench.call('void')).toEqual({ status: 'stands' });
  });
});

describe('a thing that a dead try has left open', () => {
  const seat = seatKey('t', 'opera', 3);

  it('is put again as it was by whoever looks at it next, and is left alone for a moment before', async () => {
    const bench = await newBench();
    await bench.upTo('ticket');
    const { states } = bench.clean;
    const nowMs = bench.world.state.nowMs + 60_000;
    await states.begin({ key: seat, owner: 'another', token: 9, ifVersion: 1 }, nowMs);
    const soon = await bench.call('ticket').catch((error: Error) => error.message);
    expect(soon).toContain('others were first');
    expect(await bench.call('ticket')).toMatchObject({ status: 'done' });
    expect(await states.read(seat)).toMatchObject({
      freshness: 'current',
      version: 2,
      value: { heldBy: saga.instance },
    });
    const late = { key: seat, owner: 'another', token: 9, ifVersion: 1, value: { heldBy: 'another' } };
    expect(await states.put(late, nowMs)).toMatchObject({ status: 'refused', why: 'token' });
  });

  it('fails if it was found to be wrong: nobody builds on it', async () => {
    const bench = await newBench();
    await bench.upTo('ticket');
    await bench.clean.states.markStale({ key: seat, ifVersion: 1, reason: 'sold twice' }, T);
    await expect(bench.call('ticket')).rejects.toThrow('is stale');
    await expect(bench.call('release')).rejects.toThrow('is stale');
  });
});

describe('a request by claim check', () => {
  const body = JSON.stringify({ order: 'o1', show: 'opera', seat: 3, card: 'tok_visa' });
  const claim = { key: 'in/o1', bytes: body.length, digest: createHash('sha256').update(body).digest('hex') };

  it('is read, and is what the execution was started with', async () => {
    const bench = await newBench();
    bench.world.state.objects[claim.key] = body;
    expect(await bench.call('inventory', bench.clean, { ...saga, request: { claim } })).toMatchObject({
      status: 'done',
    });
  });

  it.each([
    ['is missing', undefined],
    ['was replaced', body.replace('opera', 'opern')],
  ])('fails if the object %s', async (_what, stored) => {
    const bench = await newBench();
    if (stored !== undefined) bench.world.state.objects[claim.key] = stored;
    const call = bench.call('inventory', bench.clean, { ...saga, request: { claim } });
    await expect(call).rejects.toThrow(expect.objectContaining({ name: 'TerminalError' }));
  });
});
