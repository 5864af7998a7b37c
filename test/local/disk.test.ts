/** Proves that a disk without room is named before anything is started. */
import { tmpdir } from 'node:os';
import { requireSpace } from '../../local/disk';
import { portOf } from '../../local/environment';

it('takes a disk with room', () => {
  expect(() => requireSpace([tmpdir()], 1)).not.toThrow();
});

it('fails if there is too little, with the folder, both figures and the way out', () => {
  expect(() => requireSpace([tmpdir()], Number.MAX_SAFE_INTEGER)).toThrow(
    new RegExp(`${tmpdir()} is full: \\d+ MB are free, \\d+ MB are needed.\nFree some space, or set TMPDIR`),
  );
});

it.each(['abc', '0', '70000', '1.5', '-1'])('fails if TRIAGE_PORT is %p, and says what it may be', (text) => {
  expect(() => portOf(text)).toThrow('1 to 65535');
});

it('takes a port, and none', () => {
  expect(portOf('4566')).toBe(4566);
  expect([portOf(undefined), portOf('')]).toEqual([undefined, undefined]);
});
