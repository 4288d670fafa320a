import { describe, expect, test } from 'vitest';

import { changeOf, isEmpty, rightOf } from '@/features/statistics/figures';
import { messagesOf, tasksOf } from '@/features/statistics/lists';
import { chosenDays, parseStatisticsSearch, periodOf, withDay } from '@/features/statistics/statistics-search';
import type { Statistics } from '@/shared/api/types';
import { formatDuration } from '@/shared/i18n/durations';

describe('the period in the address', () => {
  test('nothing said is the last 30 days, today included', () => {
    const search = parseStatisticsSearch({});
    expect(chosenDays(search)).toBe(30);
    expect(periodOf(search, '2026-03-01')).toEqual({ from: '2026-01-31', to: '2026-03-01' });
  });

  test('a known number of days, or two days', () => {
    expect(periodOf(parseStatisticsSearch({ days: '7' }), '2026-03-01')).toEqual({ from: '2026-02-23', to: '2026-03-01' });
    const own = parseStatisticsSearch({ from: '2026-01-01', to: '2026-01-31', days: '7' });
    expect([chosenDays(own), periodOf(own, '2026-03-01')]).toEqual([undefined, { from: '2026-01-01', to: '2026-01-31' }]);
  });

  test.each([
    { days: '12' },
    { from: '2026-02-30x', to: '2026-03-01' },
    { from: '2026-03-02', to: '2026-03-01' },
    { from: '2020-01-01', to: '2026-03-01' },
    { from: '2026-03-01' },
  ])('what is no period is the last 30 days: %o', (search) => {
    expect(chosenDays(parseStatisticsSearch(search))).toBe(30);
  });

  test('one end moves the other along, never beyond a year', () => {
    const period = { from: '2026-01-10', to: '2026-01-20' };
    expect(withDay(period, { from: '2026-02-01' })).toEqual({ from: '2026-02-01', to: '2026-02-01' });
    expect(withDay(period, { to: '2026-01-05' })).toEqual({ from: '2026-01-05', to: '2026-01-05' });
    expect(withDay(period, { from: '2024-01-01' })).toEqual({ from: '2024-01-01', to: '2024-12-31' });
    expect(withDay(period, { to: '2028-01-20' })).toEqual({ from: '2027-01-20', to: '2028-01-20' });
    for (const end of [withDay(period, { from: '2024-01-01' }), withDay(period, { to: '2028-01-20' })]) {
      expect(parseStatisticsSearch(end)).toEqual(end);
    }
  });
});

describe('the list behind a figure', () => {
  const period = { from: '2026-01-01', to: '2026-01-31' };

  test('asks for what the figure counts', () => {
    expect(tasksOf(period, { moment: 'created', category: 'bug' }).search.filter).toBe('category:bug created:2026-01-01..2026-01-31');
    expect(tasksOf(period, { moment: 'closed', status: 'done', assignee: 'Ann Lee' }).search.filter).toBe(
      'status:done assignee:"Ann Lee" closed:2026-01-01..2026-01-31',
    );
    expect(tasksOf(period, { overdue: true, assignee: null }).search.filter).toBe('assignee:none is:overdue');
    expect(tasksOf({ from: '2026-01-01', to: '2026-01-01' }, { moment: 'decided' }).search.filter).toBe('decided:2026-01-01');
    expect(messagesOf(period, 'support/mail').search).toEqual({ ...period, source: 'support/mail' });
  });
});

describe('what figures say', () => {
  test('a change is a share of what was before, where there was something', () => {
    expect([changeOf(150, 100), changeOf(50, 100), changeOf(3, 0), changeOf(5000, 1)]).toEqual([0.5, -0.5, null, null]);
  });

  test('nothing decided is not 0% right', () => {
    const quality = { reviewed: { now: 4, before: 0 }, right: { now: 3, before: 0 } } as Statistics['quality'];
    expect([rightOf(quality, 'now'), rightOf(quality, 'before')]).toEqual([0.75, null]);
  });

  test('a quiet week with an old backlog is not empty', () => {
    const quiet = { messages: { now: 0, before: 0 }, tasks: { now: 0, before: 0 }, done: { now: 0, before: 0 } };
    expect(isEmpty({ ...quiet, load: [] } as unknown as Statistics)).toBe(true);
    expect(isEmpty({ ...quiet, load: [{ todo: 1, in_progress: 0 }] } as unknown as Statistics)).toBe(false);
  });

  // The unit's own spelling is ICU's.
  test.each([
    [0.0004, /^0\.4 ms$/],
    [0.35, /^350 ms$/],
    [12.4, /^12 sec/],
    [5_400, /^1\.5 h/],
    [259_200, /^3 days$/],
  ])('%d seconds are %s', (seconds, said) => {
    expect(formatDuration(seconds)).toMatch(said);
  });
});
