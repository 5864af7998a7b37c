/**
 * A mutant that a property can find falls in its first runs, and there are thousands of mutants: so a property has a second, and nobody
 * needs the smallest counterexample. Less would interrupt some before their first run, where a machine has much to do.
 */
const fc = require('fast-check');

fc.configureGlobal({ interruptAfterTimeLimit: 1_000, endOnFailure: true });
