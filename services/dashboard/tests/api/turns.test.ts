import { expect, test } from 'vitest';

import { turns } from '@/shared/api/turns';

test('no more than so many run at once, in their order, and one that fails gives its place on', async () => {
  const inTurn = turns(2);
  const started: number[] = [];
  const ends: ((fail?: boolean) => void)[] = [];
  const all = [0, 1, 2, 3].map((number) =>
    inTurn(
      () =>
        new Promise<number>((resolve, reject) => {
          started.push(number);
          ends[number] = (fail) => (fail ? reject(new Error('away')) : resolve(number));
        }),
    ).catch(() => 'failed'),
  );
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  await settled();
  expect(started).toEqual([0, 1]);
  ends[1]?.(true);
  await settled();
  expect(started).toEqual([0, 1, 2]);
  ends[2]?.();
  await settled();
  expect(started).toEqual([0, 1, 2, 3]);
  ends[0]?.();
  ends[3]?.();
  expect(await Promise.all(all)).toEqual([0, 'failed', 2, 3]);
  expect(await inTurn(() => Promise.resolve('later'))).toBe('later');
});
