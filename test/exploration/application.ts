/** A small application with one chain of each form, and keyed writes, an emitted event and a context to lose or to double. */
import * as v from 'valibot';
import { defineApplication, defineChain, defineUnit } from '../../core/units';

const anything = v.unknown();
const pass = (name: string) => defineUnit({ name, input: anything, react: ({ input }) => ({ result: input }) });
const say = (name: string) => defineUnit({ name, input: anything, react: () => ({ result: name }) });
const write = (name: string) =>
  defineUnit({
    name,
    input: anything,
    react: ({ event }) => ({
      result: name,
      // One place for all events, the event's number its version: an older write must not win.
      writes: [{ collection: 'latest', key: 'all', version: Number(event.id), value: event.id }],
      emits: [{ type: 'written', data: event.id }],
    }),
  });
const count = defineUnit({
  name: 'count',
  input: anything,
  context: { key: () => 'all', initial: 0 },
  react: ({ context }) => ({ result: context + 1, context: context + 1 }),
});

export const explored = defineApplication({
  name: 'explored',
  chains: [
    defineChain({ name: 'plain', version: 1, on: ['plain'], stages: [{ units: [write('write')] }] }),
    defineChain({ name: 'counted', version: 1, on: ['counted'], stages: [{ units: [count] }] }),
    defineChain({
      name: 'ordered',
      version: 1,
      on: ['ordered'],
      stages: [{ units: [count] }],
      sequenced: true,
    }),
    defineChain({
      name: 'steps',
      version: 1,
      on: ['steps'],
      stages: [{ units: [pass('first')] }, { units: [pass('second')] }, { units: [write('write')] }],
    }),
    defineChain({
      name: 'sides',
      version: 1,
      on: ['sides'],
      stages: [{ branches: { left: [pass('left')], right: [pass('right')] } }, { units: [write('write')] }],
    }),
    defineChain({
      name: 'early',
      version: 1,
      on: ['early'],
      stages: [{ units: [write('write')] }, { units: [pass('after')] }],
    }),
    defineChain({
      name: 'twice',
      version: 1,
      on: ['twice'],
      // Branches of the same names in two stages; each says which stage it ran in.
      stages: [
        { branches: { left: [say('left0')], right: [say('right0')] } },
        { branches: { left: [say('left1')], right: [say('right1')] } },
        { units: [pass('after')] },
      ],
    }),
  ],
});
