/** Executions of sagas, and the gates that their steps ask. */
import { fresh } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function sagasSuite(ports: () => PortsUnderTest): void {
  describe('executions', () => {
    it('start once by name, whatever the input, also when the first has ended', async () => {
      const { executions, untilEnded } = ports();
      const name = fresh();
      expect(await executions.start('quick', name, { run: 1 })).toBe('started');
      expect(await executions.start('quick', name, { run: 1 })).toBe('exists');
      await untilEnded(name);
      expect(await executions.start('quick', name, { run: 2 })).toBe('exists');
      expect(await executions.describe('quick', name)).toMatchObject({
        saga: 'quick',
        name,
        status: 'SUCCEEDED',
        input: { run: 1 },
        output: { quick: true },
        startedAtMs: expect.any(Number),
        endedAtMs: expect.any(Number),
      });
    });
    it('are told apart by saga, and one that was never started is not there', async () => {
      const { executions } = ports();
      expect(await executions.describe('quick', fresh())).toBeUndefined();
    });
    it('run until they are stopped, with the reason', async () => {
      const { executions } = ports();
      const name = fresh();
      await executions.start('slow', name, {});
      expect((await executions.describe('slow', name))?.status).toBe('RUNNING');
      await executions.stop('slow', name, 'a person said so');
      const stopped = await executions.describe('slow', name);
      expect(stopped).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'a person said so' });
    });
    it('are listed by status, no more than asked for', async () => {
      const { executions } = ports();
      const names = [fresh(), fresh()];
      for (const name of names) await executions.start('slow', name, {});
      const running = await executions.list('slow', { limit: 100, status: 'RUNNING' });
      expect(running.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
      expect(running.every(({ status }) => status === 'RUNNING')).toBe(true);
      expect(await executions.list('slow', { limit: 1 })).toHaveLength(1);
    });
    it('tell what happened in them, from the first event on', async () => {
      const { executions } = ports();
      const name = fresh();
      await executions.start('slow', name, {});
      const [first] = await executions.history('slow', name, 1);
      expect(first).toMatchObject({ id: 1, type: 'ExecutionStarted', atMs: expect.any(Number) });
    });
    it('know no task that waits under an unknown token', async () => {
      expect(await ports().executions.answer('no-such-token', {})).toBe('gone');
    });
  });

  describe('gates', () => {
    it('are open until somebody says otherwise, one instance at a time', async () => {
      const { sagaControl } = ports();
      const [mine, other] = [fresh(), fresh()];
      await sagaControl.setPaused('booking', mine, true);
      expect(await sagaControl.gate('booking', mine)).toEqual({ paused: true, cancelled: false });
      expect(await sagaControl.gate('booking', other)).toEqual({ paused: false, cancelled: false });
      expect(await sagaControl.gate('layers', mine)).toEqual({ paused: false, cancelled: false });
    });
    it('keep pause and cancellation apart, and forget the reason with the cancellation', async () => {
      const { sagaControl } = ports();
      const instance = fresh();
      await sagaControl.setCancelled('booking', instance, true, 'changed my mind');
      await sagaControl.setPaused('booking', instance, true);
      expect(await sagaControl.gate('booking', instance)).toEqual({
        paused: true,
        cancelled: true,
        reason: 'changed my mind',
      });
      await sagaControl.setCancelled('booking', instance, false);
      await sagaControl.setPaused('booking', instance, false);
      expect(await sagaControl.gate('booking', instance)).toEqual({ paused: false, cancelled: false });
    });
  });
}
