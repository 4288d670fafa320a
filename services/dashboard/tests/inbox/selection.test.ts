import { describe, expect, test } from 'vitest';

import { selectedIndex, successorOf } from '@/features/inbox/selection';
import { snoozeTimes } from '@/features/inbox/snooze-times';

const items = [{ number: 5 }, { number: 4 }, { number: 3 }];
const named = items.map((item) => ({ ...item, id: String(item.number) }));

describe('selection', () => {
  test('the chosen one is found wherever new ones have pushed it', () => {
    expect(selectedIndex([{ number: 9 }, ...items], 4, 1)).toBe(2);
  });
  test('what left is replaced by what took its place', () => {
    expect(selectedIndex([{ number: 5 }, { number: 3 }], 4, 1)).toBe(1);
  });
  test('behind the last comes the one before it', () => {
    expect(selectedIndex(items, 99, 7)).toBe(2);
    expect(successorOf(named, 2, new Set(['3']))?.number).toBe(4);
  });
  test('after several have left comes the next that stays', () => {
    expect(successorOf(named, 0, new Set(['5', '4']))?.number).toBe(3);
  });
  test('of nothing, nothing is selected', () => {
    expect(selectedIndex([], 4, 1)).toBe(-1);
    expect(successorOf(named, 0, new Set(['3', '4', '5']))).toBeUndefined();
  });
});

describe('snooze times', () => {
  const ids = (now: Date) => snoozeTimes(now).map(({ id }) => id);

  test('late in the evening there is no "later today"', () => {
    expect(ids(new Date(2026, 10, 25, 22, 30))).not.toContain('later');
  });
  test('on a Sunday tomorrow is Monday, which is offered once', () => {
    expect(ids(new Date(2026, 10, 22, 10))).toEqual(['later', 'tomorrow', 'fortnight']);
  });
  test('on a Monday the next one is a week away', () => {
    const monday = snoozeTimes(new Date(2026, 10, 23, 10)).find(({ id }) => id === 'monday');
    expect(monday?.until).toEqual(new Date(2026, 10, 30, 9));
  });
});
