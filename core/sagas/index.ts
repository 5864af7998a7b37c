/** All that a coordinated application imports. */
export { RetryableError, TerminalError } from '../contracts/errors';
export type { PaymentAnswer } from '../contracts/payment';
export { type SagaCell, type SagaInput, thingKey } from '../contracts/saga';
export type { PaymentProvider } from '../ports';
export type { StepTools } from './acts';
export { declined, defineSaga, done, stepOf, stepsFor, waiting } from './define';
export type {
  Acted,
  Agreement,
  CompensationCall,
  LedgerReaders,
  Saga,
  Services,
  Step,
  StepCall,
  StepPorts,
  Thing,
  ThingKey,
  Undone,
  Where,
} from './definitions';
export type { WatchedSaga } from './outline';
export { putThing } from './put-thing';
export { runStep } from './run-step';
