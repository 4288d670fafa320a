import { QueryObserver, type QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { keys } from '@/shared/api/keys';
import type { TrackerEvent } from '@/shared/api/types';
import { keysOf } from '@/shared/live/event-keys';
import { PAUSE_MS, Refresher } from '@/shared/live/refresher';

import { testClient } from '../support/render';

/** A screen that shows `queryKey`; counts how often it was fetched. */
function watch(client: QueryClient, queryKey: readonly unknown[], takes = 0) {
  const fetched = vi.fn(() => new Promise((resolve) => setTimeout(resolve, takes, 'data')));
  const stop = new QueryObserver(client, { queryKey, queryFn: fetched }).subscribe(() => undefined);
  return { fetched, stop };
}

describe('refresher', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('ten thousand events within a second refetch a list a handful of times', async () => {
    const client = testClient();
    const { fetched, stop } = watch(client, keys.messageList({}));
    await vi.advanceTimersByTimeAsync(0);
    fetched.mockClear();

    const refresher = new Refresher(client);
    for (let batch = 0; batch < 1000; batch++) {
      const events = Array.from({ length: 10 }, () => ({ verb: 'message.recorded' }) as TrackerEvent);
      refresher.refresh(keysOf(events));
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(fetched.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(fetched.mock.calls.length).toBeLessThanOrEqual(1000 / PAUSE_MS + 2);
    stop();
  });

  test('the last event of a burst is never left out', async () => {
    const client = testClient();
    const { fetched, stop } = watch(client, keys.ledger);
    await vi.advanceTimersByTimeAsync(0);
    const refresher = new Refresher(client);
    refresher.refresh([keys.ledger]);
    await vi.advanceTimersByTimeAsync(10);
    fetched.mockClear();

    refresher.refresh([keys.ledger]);
    await vi.advanceTimersByTimeAsync(PAUSE_MS + 10);
    expect(fetched).toHaveBeenCalledTimes(1);
    stop();
  });

  test('a slow API is asked more rarely, and never twice at once', async () => {
    const client = testClient();
    const slow = 1000;
    const { fetched, stop } = watch(client, keys.ledger, slow);
    await vi.advanceTimersByTimeAsync(slow);
    fetched.mockClear();

    const refresher = new Refresher(client);
    for (let passed = 0; passed < 9000; passed += 50) {
      refresher.refresh([keys.ledger]);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(fetched.mock.calls.length).toBeLessThanOrEqual(4);
    stop();
  });

  test('nothing is refetched while a change is on its way', async () => {
    const client = testClient();
    const { fetched, stop } = watch(client, keys.taskCounts);
    await vi.advanceTimersByTimeAsync(0);
    fetched.mockClear();

    let answer: (value: unknown) => void = () => undefined;
    const mutation = client.getMutationCache().build(client, {
      mutationFn: () => new Promise((resolve) => (answer = resolve)),
    });
    const sent = mutation.execute(undefined);
    const refresher = new Refresher(client);
    refresher.refresh([keys.tasks]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(fetched).not.toHaveBeenCalled();

    answer(undefined);
    await sent;
    await vi.advanceTimersByTimeAsync(PAUSE_MS + 10);
    expect(fetched).toHaveBeenCalledTimes(1);
    stop();
  });

  test('after stop nothing happens any more', async () => {
    const client = testClient();
    const { fetched, stop } = watch(client, keys.ledger);
    await vi.advanceTimersByTimeAsync(0);
    fetched.mockClear();
    const refresher = new Refresher(client);
    refresher.refresh([keys.ledger]);
    refresher.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(fetched).not.toHaveBeenCalled();
    stop();
  });
});

test('an event concerns the queries of its area, and an unknown one none', () => {
  expect(keysOf([{ verb: 'task.merged' } as TrackerEvent])).toEqual([keys.tasks]);
  expect(keysOf([{ verb: 'weather.changed' } as TrackerEvent])).toEqual([]);
});
