/**
 * Loaded first into a function's process (NODE_OPTIONS=--require), where TRIAGE_CLOCKS is a folder: its clock is off by as much as the
 * name of its process says, the same for its whole life, until the folder holds a file `healed`. Each process whose clock is off leaves
 * a line in the folder, so that they can be counted. `clocks.ts` makes the folder.
 */
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const folder = process.env.TRIAGE_CLOCKS;
const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME;
const LOOK_EVERY_MS = 500;

/** Not before the folder is complete, and not the function that is spared. */
const isOff = () => existsSync(join(folder, 'off')) && readFileSync(join(folder, 'right'), 'utf8') !== functionName;

if (folder && functionName && isOff()) {
  const mostMs = Number(readFileSync(join(folder, 'most'), 'utf8'));
  const Real = Date;
  // From -1,000 to 1,000, never 0: neighbouring processes are far apart.
  const share = ((process.pid * 2_654_435_761) % 2_001) - 1_000 || 1;
  let offMs = existsSync(join(folder, 'healed')) ? 0 : Math.round((share / 1_000) * mostMs);
  const now = () => Real.now() + offMs;
  globalThis.Date = new Proxy(Real, {
    construct: (target, words, newTarget) => Reflect.construct(target, words.length > 0 ? words : [now()], newTarget),
    apply: () => new Real(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  if (offMs !== 0) {
    appendFileSync(join(folder, 'off'), `${process.pid} ${functionName} ${offMs}\n`);
    const look = setInterval(() => {
      if (!existsSync(join(folder, 'healed'))) return;
      offMs = 0;
      clearInterval(look);
    }, LOOK_EVERY_MS);
    look.unref();
  }
}
