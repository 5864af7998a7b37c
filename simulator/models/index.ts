export { type Comparison, compare, EXACT_CASES, type ExactCase } from './exactness';
export { FunctionPool, type FunctionPoolSetting } from './function-pool';
export { type ArrivalClass, MultiServer, type MultiServerSetting } from './multi-server';
export { ProcessorSharing, type SharingClass } from './processor-sharing';
