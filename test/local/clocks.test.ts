/** Proves that a function's process has a wrong clock until the clocks are healed, and that nobody else has. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Clocks, createClocks } from '../../local/faults/clocks';

const MOST_MS = 3_600_000;
/** Says how late it is each time it is asked, in two ways, and what a given moment is. */
const SAY = `process.stdin.on('data', () => process.stdout.write(JSON.stringify([Date.now(), new Date().getTime(), new Date(5).getTime()])))`;

describe('a wrong clock', () => {
  let clocks: Clocks;
  let child: ChildProcess;
  const start = (more: NodeJS.ProcessEnv) => {
    child = spawn(process.execPath, ['-e', SAY], { env: { ...process.env, ...clocks.environment, ...more } });
  };
  const ask = async (): Promise<number[]> => {
    child.stdin?.write('?');
    const [answer] = await once(child.stdout as NodeJS.ReadableStream, 'data');
    return JSON.parse(String(answer)) as number[];
  };
  const offOf = async () => Math.abs(((await ask())[0] ?? 0) - Date.now());

  beforeEach(() => {
    clocks = createClocks(MOST_MS);
  });
  afterEach(() => {
    child.kill();
    clocks.remove();
  });

  it("is a function's until it is healed, and is counted", async () => {
    start({ AWS_LAMBDA_FUNCTION_NAME: 'f' });
    const [now = 0, made = 0, given] = await ask();
    const off = now - Date.now();
    expect(Math.abs(off)).toBeGreaterThan(0);
    expect(Math.abs(off)).toBeLessThanOrEqual(MOST_MS + 1_000);
    expect(Math.abs(made - now)).toBeLessThan(1_000);
    expect(given).toBe(5);
    expect(clocks.count()).toBe(1);
    clocks.heal();
    while ((await offOf()) > 1_000);
  });

  it('is not that of the function that is spared', async () => {
    clocks.remove();
    clocks = createClocks(MOST_MS, 'f');
    start({ AWS_LAMBDA_FUNCTION_NAME: 'f' });
    expect(await offOf()).toBeLessThan(2_000);
    expect(clocks.count()).toBe(0);
  });

  it('is nobody else’s', async () => {
    start({ AWS_LAMBDA_FUNCTION_NAME: '' });
    expect(await offOf()).toBeLessThan(2_000);
    expect(clocks.count()).toBe(0);
  });
});
