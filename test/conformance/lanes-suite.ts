/** Lanes: sends, waits and order. */
import type { LaneMessage } from '../../core/contracts/event';
import { envelope, fresh } from './fixtures';
import type { PortsUnderTest, ReceivedForTest } from './ports-under-test';

export function lanesSuite(ports: () => PortsUnderTest): void {
  const message = (lane: string, more: Partial<LaneMessage> = {}): LaneMessage => ({
    v: 1,
    envelope: envelope(fresh(), lane),
    sendAttempt: 1,
    ...more,
  });
  const keysOf = (messages: readonly LaneMessage[]) => messages.map((each) => each.envelope.key);
  const collect = async (queue: string, count: number): Promise<readonly ReceivedForTest[]> => {
    const all: ReceivedForTest[] = [];
    for (let round = 0; round < 40 && all.length < count; round += 1) all.push(...(await ports().receive(queue)));
    return all;
  };
  describe('lanes', () => {
    it('sends more than one request holds, each as it was', async () => {
      const sent = Array.from({ length: 23 }, () => message(ports().lane));
      expect(await ports().lanes.send(ports().lane, sent)).toEqual([]);
      const got = (await collect(ports().lane, 23)).map((each) => each.body);
      expect([...keysOf(got)].sort()).toEqual([...keysOf(sent)].sort());
      expect(got.find((each) => each.envelope.key === sent[0]?.envelope.key)).toEqual(sent[0]);
    });
    it('keeps a delayed message back', async () => {
      await ports().lanes.send(ports().lane, [message(ports().lane)], { delaySeconds: 600 });
      expect(await ports().receive(ports().lane)).toEqual([]);
    });
    it('sends a suspect to the queue of suspects', async () => {
      const sent = message(ports().lane);
      await ports().lanes.send(ports().lane, [sent], { suspect: true });
      expect((await collect(ports().suspects, 1)).map((each) => each.body)).toEqual([sent]);
      expect(await ports().receive(ports().lane)).toEqual([]);
    });
    it('shortens the wait of a received message', async () => {
      const sent = message(ports().lane);
      await ports().lanes.send(ports().lane, [sent]);
      const [got] = await collect(ports().lane, 1);
      expect(await ports().receive(ports().lane)).toEqual([]);
      await ports().lanes.changeVisibility(ports().lane, got?.receiptHandle ?? '', 0);
      expect((await collect(ports().lane, 1)).map((each) => each.body)).toEqual([sent]);
    });
    it('keeps the order of one key in an ordered lane, and drops a repeat but not a repair', async () => {
      const lane = ports().orderedLane;
      const partitionkey = fresh();
      const ordered = [1, 2].map((index) =>
        message(lane, {
          envelope: envelope(fresh(), lane, {
            event: {
              specversion: '1.0',
              id: `${index}`,
              source: '/m',
              type: 'reading',
              partitionkey,
              sequence: `${index}`,
            },
          }),
        }),
      );
      for (const each of ordered) expect(await ports().lanes.send(lane, [each])).toEqual([]);
      expect(await ports().lanes.send(lane, ordered.slice(0, 1))).toEqual([]);
      const repair = { ...(ordered[0] as LaneMessage), sendAttempt: 2 };
      expect(await ports().lanes.send(lane, [repair])).toEqual([]);
      const got = (await collect(lane, 3)).map((each) => [each.body.envelope.event.id, each.body.sendAttempt]);
      expect(got).toEqual([
        ['1', 1],
        ['2', 1],
        ['1', 2],
      ]);
    });
  });
}
