/**
 * A mutant that a property can find falls in its first runs, and there are thousands of mutants: so a property has 150 ms, and nobody
 * needs the smallest counterexample.
 */
const fc = require('fast-check');

fc.configureGlobal({ interruptAfterTimeLimit: 150, endOnFailure: true });
