/** Proves that a definition is refused at once, with all its faults, and which chain an event takes. */
import * as v from 'valibot';
import { defineApplication, defineChain, defineUnit } from '../../../core/units';
import {
  chooseChain,
  findChain,
  indexChains,
  isUnknownChainError,
  unknownChainError,
} from '../../../core/units/choose-chain';
import { countHops } from '../../../core/units/define';

const unit = (name: string) => defineUnit({ name, input: v.unknown(), react: () => ({ result: {} }) });
const counting = (name: string) =>
  defineUnit({ name, input: v.unknown(), context: { key: () => 'all', initial: 0 }, react: () => ({ result: {} }) });
const stages = (count: number) => Array.from({ length: count }, (_, index) => ({ units: [unit(`u${index}`)] }));
const chain = (name: string, version: number, on: string[]) => defineChain({ name, version, on, stages: stages(1) });

describe('a definition', () => {
  it('takes eight hops, a parallel stage counting as two', () => {
    const parallel = { branches: { a: [unit('a')], b: [unit('b')] } };
    expect(countHops([...stages(6), parallel])).toBe(8);
    expect(() => defineChain({ name: 'c', version: 1, on: ['t'], stages: [...stages(6), parallel] })).not.toThrow();
    expect(() => defineChain({ name: 'c', version: 1, on: ['t'], stages: [...stages(7), parallel] })).toThrow(/9 hops/);
  });

  it('fails if a context is anywhere but in the last stage, or in a branch of it', () => {
    const early = [{ units: [counting('n')] }, { units: [unit('u')] }];
    const branch = [{ branches: { a: [counting('n')], b: [unit('u')] } }];
    expect(() => defineChain({ name: 'c', version: 1, on: ['t'], stages: early })).toThrow(/last stage only/);
    expect(() => defineChain({ name: 'c', version: 1, on: ['t'], stages: branch })).toThrow(/last stage only/);
  });

  it('fails if a sequenced chain has no context', () => {
    const make = () => defineChain({ name: 'c', version: 1, on: ['t'], stages: stages(1), sequenced: true });
    expect(make).toThrow(/sequenced/);
  });

  it('fails if a unit is in a chain twice', () => {
    const make = () => defineChain({ name: 'c', version: 1, on: ['t'], stages: [...stages(1), ...stages(1)] });
    expect(make).toThrow(/each unit once/);
  });

  it('names all faults at once', () => {
    const make = () => defineChain({ name: 'Bad Name', version: 0, on: [], stages: [] });
    expect(make).toThrow(/name: "Bad Name"[\s\S]*version: 0[\s\S]*on: \[\][\s\S]*stages: 0/);
  });

  it('fails if an application has more than the versions N and N-1 of a chain', () => {
    const versions = (...numbers: number[]) =>
      defineApplication({ name: 'a', chains: numbers.map((version) => chain('c', version, ['t'])) });
    expect(() => versions(1, 2)).not.toThrow();
    expect(() => versions(1, 2, 3)).toThrow(/N and N-1/);
    expect(() => versions(1, 3)).toThrow(/N and N-1/);
    expect(() => versions(2, 2)).toThrow(/N and N-1/);
  });
});

describe('the choice of a chain', () => {
  const application = defineApplication({
    name: 'a',
    chains: [
      chain('exact', 1, ['t.x']),
      chain('wide', 1, ['t*']),
      chain('near', 1, ['t.*']),
      chain('near', 2, ['t.*']),
    ],
  });
  const index = indexChains([application]);

  it('takes an exact type before a prefix, a longer prefix before a shorter one, and the newest version', () => {
    expect(chooseChain(index, 't.x')?.name).toBe('a/exact');
    expect(chooseChain(index, 't.y')).toMatchObject({ name: 'a/near', chain: { version: 2 } });
    expect(chooseChain(index, 'tt')?.name).toBe('a/wide');
    expect(chooseChain(index, 'u')).toBeUndefined();
  });

  it('ends a chain in the version it began in', () => {
    expect(findChain(index, { chain: 'a/near', version: 1 })?.chain.version).toBe(1);
    expect(findChain(index, { chain: 'a/near', version: 3 })).toBeUndefined();
    expect(isUnknownChainError(`RetryableError: ${unknownChainError({ chain: 'a/near', version: 3 })}`)).toBe(true);
    expect(isUnknownChainError('something else')).toBe(false);
  });

  it('fails if two chains take the same type', () => {
    const other = defineApplication({ name: 'b', chains: [chain('c', 1, ['t.x'])] });
    expect(() => indexChains([application, other])).toThrow(/a type that a\/exact does not take/);
  });
});
