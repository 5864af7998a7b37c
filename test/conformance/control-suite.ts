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
      await control.putForm(lane, 'split');
      expect(await control.lane(lane)).toEqual({ lane, paused: true, form: 'split' });
      await control.putLane({ lane, paused: false, form: 'fused' });
      await control.putForm(orderedLane, 'fused');
      expect(await control.lane(orderedLane)).toEqual({ lane: orderedLane, paused: false, form: 'fused' });
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
