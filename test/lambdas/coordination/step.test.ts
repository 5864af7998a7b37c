/** A step's function knows before its first event which step it is, and refuses to start where the configuration does not fit. */
import { sagas } from '../../../applications/booking';
import { deployedStep } from '../../../lambdas/coordination/step/core';

const settings = { approvalAboveCents: 100 };

it('is a step of its saga, with the settings as the saga has them', () => {
  const found = deployedStep(sagas, 'booking', 'payment', settings);
  expect([found.saga.name, found.step.name, found.settings]).toEqual(['booking', 'payment', settings]);
});

it.each([
  ['layers', 'payment', settings, 'SAGA'],
  ['booking', 'pay', settings, 'pay'],
  ['booking', 'payment', {}, 'approvalAboveCents'],
])('fails if there is no %s/%s with %j', (saga, step, given, words) => {
  expect(() => deployedStep(sagas, saga, step, given)).toThrow(words);
});
