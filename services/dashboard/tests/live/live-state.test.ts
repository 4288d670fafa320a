import { describe, expect, test } from 'vitest';

import type { TrackerEvent } from '@/shared/api/types';
import { backoff, initialLive, reduceLive, type LiveEffect, type LiveInput, type LiveState } from '@/shared/live/live-state';

const event = (id: number) => ({ id, verb: 'task.updated' }) as TrackerEvent;
const frame = (seq: number, ...ids: number[]): LiveInput => ({
  type: 'frame',
  frame: { type: 'events', seq, events: ids.map(event) },
});
const hello = (seq: number): LiveInput => ({ type: 'frame', frame: { type: 'hello', seq } });

function run(...inputs: LiveInput[]): { state: LiveState; effects: LiveEffect[] } {
  return inputs.reduce<{ state: LiveState; effects: LiveEffect[] }>(
    ({ state, effects }, input) => {
      const [next, more] = reduceLive(state, input, 0.5);
      return { state: next, effects: [...effects, ...more] };
    },
    { state: initialLive, effects: [] },
  );
}

describe('live connection', () => {
  test('the first hello starts the cursor and refetches what was loaded before it', () => {
    const { state, effects } = run(hello(40));
    expect(state).toEqual({ phase: 'open', cursor: 40, attempt: 0 });
    expect(effects).toEqual([{ type: 'catchUp' }]);
  });

  test('a dropped socket resumes behind the last delivered frame', () => {
    const { effects } = run(hello(40), frame(41, 1), frame(43, 2), { type: 'closed' }, { type: 'retry' });
    expect(effects.at(-1)).toEqual({ type: 'connect', since: 43 });
  });

  test('the hello of a resumed socket does not jump over frames that are still to come', () => {
    const { state, effects } = run(hello(40), { type: 'closed' }, { type: 'retry' }, hello(45), frame(41, 1));
    expect(effects.at(-1)).toEqual({ type: 'events', events: [event(1)] });
    expect(state.cursor).toBe(41);
  });

  test('a frame that was seen already is not delivered again', () => {
    const { effects } = run(hello(40), frame(41, 1), frame(41, 1));
    expect(effects.filter((effect) => effect.type === 'events')).toHaveLength(1);
  });

  test('reset moves the cursor and refetches everything', () => {
    const { state, effects } = run(hello(40), { type: 'closed' }, { type: 'retry' }, { type: 'frame', frame: { type: 'reset', seq: 900 } });
    expect(state.cursor).toBe(900);
    expect(effects.at(-1)).toEqual({ type: 'catchUp' });
  });

  test('a bus that was made anew counts from the start, and so does the cursor', () => {
    const { state, effects } = run(hello(40), { type: 'closed' }, { type: 'retry' }, hello(3));
    expect(state.cursor).toBe(3);
    expect(effects.at(-1)).toEqual({ type: 'catchUp' });
  });

  test('waits grow while it fails and start small again once it was open', () => {
    const failed = run({ type: 'closed' }, { type: 'retry' }, { type: 'closed' }, { type: 'retry' }, { type: 'closed' });
    const waits = failed.effects.flatMap((effect) => (effect.type === 'wait' ? [effect.ms] : []));
    expect(waits).toEqual([500, 1000, 2000]);
    const [recovered] = reduceLive({ ...failed.state, phase: 'connecting' }, hello(1), 0.5);
    expect(recovered.attempt).toBe(0);
  });

  test('a second close while it waits starts no second wait', () => {
    const { effects } = run({ type: 'closed' }, { type: 'closed' });
    expect(effects).toHaveLength(1);
  });

  test('a retry while it is open does nothing', () => {
    const { effects } = run(hello(1), { type: 'retry' });
    expect(effects).toEqual([{ type: 'catchUp' }]);
  });

  test('no wait is longer than twenty seconds', () => {
    expect(backoff(60, 1)).toBeLessThanOrEqual(20_000);
    expect(backoff(0, 0)).toBeGreaterThan(0);
  });
});
