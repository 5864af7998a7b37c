/** Lanes' control records and watermarks. */
import { T } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function controlSuite(ports: () => PortsUnderTest): void {
  describe('control', () => {
    it('knows an untouched lane as running and fused, and keeps what is put', async () => {
      const { control, lane, orderedLane } = ports();
      expect(await control.lane(orderedLane)).toEqual({ lane: orderedLane, paused: false, form: 'fused' });
      await control.putLane({ lane, paused: true, form: 'split' });
      expect(await control.lane(lane)).toEqual({ lane, paused: true, form: 'split' });
      await control.putLane({ lane, paused: false, form: 'fused' });
      expect(await control.lane(lane)).toEqual({ lane, paused: false, form: 'fused' });
    });
    it('pauses and resumes, and leaves the form alone', async () => {
      const { control, lane } = ports();
      await control.putLane({ lane, paused: false, form: 'split' });
      await control.putPaused(lane, true);
      expect(await control.lane(lane)).toEqual({ lane, paused: true, form: 'split' });
      await control.putLane({ lane, paused: true, form: 'fused' });
      await control.putPaused(lane, false);
      expect(await control.lane(lane)).toEqual({ lane, paused: false, form: 'fused' });
    });
    it('changes the form and leaves alone whether the lane is paused', async () => {
      const { control, lane, orderedLane } = ports();
      await control.putLane({ lane, paused: true, form: 'fused' });
      expect(await control.putForm(lane, 'split', T)).toBe(true);
      expect(await control.lane(lane)).toEqual({ lane, paused: true, form: 'split' });
      await control.putLane({ lane, paused: false, form: 'fused' });
      expect(await control.putForm(orderedLane, 'fused', T)).toBe(true);
      expect(await control.lane(orderedLane)).toEqual({ lane: orderedLane, paused: false, form: 'fused' });
    });
    it('leaves a form alone while it is held, and changes it when the hold was ended or is over', async () => {
      const { control, lane } = ports();
      const formOf = async () => (await control.lane(lane)).form;
      await control.holdForm(lane, 'fused', T + 10);
      expect([await control.putForm(lane, 'split', T + 9), await formOf()]).toEqual([false, 'fused']);
      await control.putPaused(lane, true);
      expect([await control.putForm(lane, 'split', T + 10), await formOf()]).toEqual([true, 'split']);
      await control.holdForm(lane, 'fused', T + 20);
      await control.releaseForm(lane, 'split');
      expect(await control.lane(lane)).toEqual({ lane, paused: true, form: 'split' });
      expect([await control.putForm(lane, 'fused', T + 11), await formOf()]).toEqual([true, 'fused']);
      await control.putLane({ lane, paused: false, form: 'fused' });
    });
    it('keeps a watermark with the backlog beside it', async () => {
      const { control, lane } = ports();
      await control.putWatermark(lane, T, T + 5);
      expect(await control.watermark(lane)).toEqual({
        lane,
        oldestSentAtMs: T,
        seenAtMs: T + 5,
        backlog: expect.any(Number),
      });
    });
  });
}
