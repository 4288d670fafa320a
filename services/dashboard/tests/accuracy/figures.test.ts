import { describe, expect, test } from 'vitest';

import { parseAccuracySearch, periodOf } from '@/features/accuracy/accuracy-search';
import { calibrationOf, confusionOf, seriesOf } from '@/features/accuracy/figures';
import type { AccuracyReport } from '@/shared/api/types';
import { categories } from '@/shared/tasks/vocabulary';

const report = (from: string, to: string, days: [string, number, number, string?][]) =>
  ({
    from,
    to,
    over_time: days.map(([day, judged, right, source]) => ({ day, judged, right, source: source ?? null })),
  }) as AccuracyReport;

describe('accuracy over time', () => {
  test('each day of a month has its place, also those without a decision', () => {
    const { unit, points } = seriesOf(report('2026-02-27', '2026-03-02', [['2026-02-28', 4, 3]]));
    expect(unit).toBe('day');
    expect(points.map(({ day, accuracy }) => [day, accuracy])).toEqual([
      ['2026-02-27', null],
      ['2026-02-28', 0.75],
      ['2026-03-01', null],
      ['2026-03-02', null],
    ]);
  });

  test('a longer period is summed by weeks that start on Monday', () => {
    const days: [string, number, number][] = [['2026-09-01', 2, 1], ['2026-09-06', 2, 2], ['2026-09-07', 1, 0]];
    const { unit, points } = seriesOf(report('2026-09-01', '2026-10-30', days));
    expect(unit).toBe('week');
    expect(points.slice(0, 2)).toEqual([
      { day: '2026-08-31', judged: 4, right: 3, accuracy: 0.75, recent: 0.75 },
      { day: '2026-09-07', judged: 1, right: 0, accuracy: 0, recent: 0.6 },
    ]);
    expect(points).toHaveLength(9);
  });

  test('the rows of single Sources are not counted twice', () => {
    const { points } = seriesOf(report('2026-03-01', '2026-03-01', [['2026-03-01', 2, 2], ['2026-03-01', 2, 2, 'default/inbox']]));
    expect(points).toEqual([{ day: '2026-03-01', judged: 2, right: 2, accuracy: 1, recent: 1 }]);
  });

  test('the line is that of the seven days up to each', () => {
    const { points } = seriesOf(report('2026-03-01', '2026-03-09', [['2026-03-01', 1, 0], ['2026-03-02', 3, 3]]));
    expect(points.map(({ recent }) => recent)).toEqual([0, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 1, null]);
  });

  test('the clock change in spring loses no day', () => {
    expect(seriesOf(report('2026-03-28', '2026-03-30', [])).points.map(({ day }) => day)).toEqual([
      '2026-03-28',
      '2026-03-29',
      '2026-03-30',
    ]);
  });
});

describe('calibration', () => {
  const step = (confidence: number, accuracy: number, judged: number) => ({ from: 0, to: 1, confidence, accuracy, judged });

  test.each([
    [[step(0.9, 0.9, 19)], 'few'],
    [[step(0.9, 0.92, 30), step(0.5, 0.48, 30)], 'honest'],
    [[step(0.9, 0.7, 30)], 'sure'],
    [[step(0.6, 0.9, 30)], 'modest'],
  ])('%j is %s', (steps, verdict) => {
    expect(calibrationOf(steps).verdict).toBe(verdict);
  });

  test('each step counts by its decisions', () => {
    expect(calibrationOf([step(0.9, 0.8, 90), step(0.5, 0.6, 10)]).gap).toBeCloseTo(0.08);
  });
});

test('the confusion table has the categories that were said, with what people made of them', () => {
  const rows = confusionOf(
    [
      { category: 'question', judged: 1, right: 1, corrected_to: {} },
      { category: 'bug', judged: 5, right: 3, corrected_to: { incident: 2 } },
    ],
    categories,
  );
  expect(rows.map(({ said }) => said)).toEqual(['bug', 'question']);
  expect(rows[0]?.counts).toEqual({ bug: 3, feature: 0, question: 0, task: 0, incident: 2, noise: 0 });
});

test('an address with nonsense shows the usual period', () => {
  expect(periodOf(parseAccuracySearch({ days: '12', source: '' }))).toBe(30);
  expect(parseAccuracySearch({ days: 90, source: 'default/inbox' })).toEqual({ days: '90', source: 'default/inbox' });
});
