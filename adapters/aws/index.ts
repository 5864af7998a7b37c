/** The ports on AWS. */
export { acceptanceFromItem, createAcceptances } from './acceptances';
export { createCapacity } from './capacity';
export { createClaims } from './claims';
export { contextFromItem, createContextStore } from './context-store';
export { createControl } from './control';
export { createControllers } from './controllers';
export { listDead } from './dead-index';
export { createEffects, effectFromItem } from './effects';
export { createEventBus, EMITTED_SOURCE } from './event-bus';
export { createLaneQueue } from './lane-queue';
export { createLoads } from './loads';
export { createOutcomeStream } from './outcome-stream';
export { createQuarantine } from './quarantine';
export { createQueueUrls } from './queue-urls';
export { createRecords, recordFromItem } from './records';
export { currentCheck, stateFromItem } from './state-items';
export { createStateStore } from './state-store';
