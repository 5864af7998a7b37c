/** Proves that asynchronous code on the stage is driven by its clock alone: in order, at its time, also side by side and after a death. */
import { Stage } from '../../../simulator/saga/stage';

const nothing = () => {};

describe('the stage', () => {
  it('lets sleepers go on in the order of their times, each at its time', async () => {
    const stage = new Stage();
    const seen: string[] = [];
    for (const ms of [30, 10, 20])
      stage.spawn(
        async (own) => {
          await stage.sleep(own, ms);
          seen.push(`${ms} at ${stage.clock.nowMs}`);
          await stage.sleep(own, 100);
          seen.push(`${ms} at ${stage.clock.nowMs}`);
        },
        nothing,
        nothing,
      );
    await stage.run();
    expect(seen).toEqual(['10 at 10', '20 at 20', '30 at 30', '10 at 110', '20 at 120', '30 at 130']);
  });

  it('moves on while a process waits for several things, and has each happen at its own time', async () => {
    const stage = new Stage();
    const seen: string[] = [];
    const part = async (own: Parameters<typeof stage.sleep>[0], ms: number) => {
      await stage.sleep(own, ms);
      seen.push(`part ${ms} at ${stage.clock.nowMs}`);
    };
    stage.spawn(
      (own) => Promise.all([part(own, 10), part(own, 30)]),
      () => seen.push(`both at ${stage.clock.nowMs}`),
      nothing,
    );
    stage.spawn((own) => part(own, 20), nothing, nothing);
    await stage.run();
    expect(seen).toEqual(['part 10 at 10', 'part 20 at 20', 'part 30 at 30', 'both at 30']);
  });

  it('tells nobody of a process that was killed, though what it had sent still arrives', async () => {
    const stage = new Stage();
    const seen: string[] = [];
    const process = stage.spawn(
      async (own) => {
        await stage.sleep(own, 50);
        seen.push(`arrived at ${stage.clock.nowMs}`);
      },
      () => seen.push('ended'),
      () => seen.push('failed'),
    );
    stage.clock.after(10, () => stage.kill(process));
    stage.clock.after(60, () => seen.push('later'));
    await stage.run();
    expect(seen).toEqual(['arrived at 50', 'later']);
  });

  it('ends when nothing is due, whoever still hangs', async () => {
    const stage = new Stage();
    const ended = jest.fn();
    stage.spawn((own) => stage.hang(own), ended, ended);
    stage.clock.after(5, nothing);
    await stage.run();
    expect(stage.clock.nowMs).toBe(5);
    expect(ended).not.toHaveBeenCalled();
  });

  it('does not stand still for a process that waits for something outside', async () => {
    const stage = new Stage();
    const seen: number[] = [];
    stage.spawn(() => new Promise<void>(nothing), nothing, nothing);
    stage.clock.after(5, () => seen.push(stage.clock.nowMs));
    await stage.run();
    expect(seen).toEqual([5]);
  });
});
