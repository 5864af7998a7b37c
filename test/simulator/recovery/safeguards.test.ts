/** Proves of each safeguard of monitor and recovery that it would be noticed if it did nothing: its check is green with it, red without. */
import { SAFEGUARDS } from '../../../simulator/recovery';

it.each(Object.entries(SAFEGUARDS))(
  '%s',
  async (_name, check) => {
    expect(await check(false)).toBeUndefined();
    expect(await check(true)).toEqual(expect.any(String));
  },
  180_000,
);
