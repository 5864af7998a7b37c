import type { Control, LaneControl } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

export function createMemoryControl({ world }: { readonly world: MemoryWorld }): Control {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'control', name, args, execute);
  const setForm = (lane: string, form: LaneControl['form']) => {
    world.state.lanes[lane] = { ...(world.state.lanes[lane] ?? { lane, paused: false }), form };
  };
  return {
    lane: (lane) =>
      run('lane', [lane], () => world.state.lanes[lane] ?? { lane, paused: false, form: 'fused' as const }),
    putLane: (control) =>
      run('putLane', [control], () => {
        world.state.lanes[control.lane] = control;
      }),
    putPaused: (lane, paused) =>
      run('putPaused', [lane, paused], () => {
        world.state.lanes[lane] = { ...(world.state.lanes[lane] ?? { lane, form: 'fused' as const }), paused };
      }),
    putForm: (lane, form, nowMs) =>
      run('putForm', [lane, form, nowMs], () => {
        if ((world.state.formHolds[lane] ?? nowMs) > nowMs) return false;
        setForm(lane, form);
        return true;
      }),
    holdForm: (lane, form, untilMs) =>
      run('holdForm', [lane, form, untilMs], () => {
        setForm(lane, form);
        world.state.formHolds[lane] = untilMs;
      }),
    releaseForm: (lane, form) =>
      run('releaseForm', [lane, form], () => {
        setForm(lane, form);
        delete world.state.formHolds[lane];
      }),
    putWatermark: (lane, oldestSentAtMs, seenAtMs) =>
      run('putWatermark', [lane, oldestSentAtMs, seenAtMs], () => {
        world.state.watermarks[lane] = { oldestSentAtMs, seenAtMs };
      }),
    watermark: (lane) =>
      run('watermark', [lane], () => ({
        lane,
        ...(world.state.watermarks[lane] ?? { oldestSentAtMs: 0, seenAtMs: 0 }),
        backlog: world.state.queues[lane]?.messages.length ?? 0,
      })),
  };
}
