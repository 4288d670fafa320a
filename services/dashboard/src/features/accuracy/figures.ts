/** The report's figures in the form that the page draws. Pure, so that what a chart says can be tested without one. */
import type { AccuracyReport, Category } from '@/shared/api/types';
import { localDay } from '@/shared/i18n/dates';

/** Beyond so many days a point is a week. */
const DAILY_UP_TO = 31;
/** Points of the window. */
const WINDOW = { day: 7, week: 4 };
const MONDAY = 1;
/** Fewer decisions say nothing about calibration. */
const ENOUGH = 20;
/** Points of difference that nobody would notice. */
const HONEST = 0.03;

export type Point = {
  /** First day, `2026-05-03`. */
  day: string;
  judged: number;
  right: number;
  /** 0-1; null where nobody decided. */
  accuracy: number | null;
  /** The same of the window that ends here: a few decisions a day say little by themselves. */
  recent: number | null;
};

export type Series = { unit: 'day' | 'week'; points: Point[] };

const isoDay = (date: Date) =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');

function addDays(day: string, days: number): string {
  const date = localDay(day);
  date.setDate(date.getDate() + days);
  return isoDay(date);
}

const weekOf = (day: string) => addDays(day, -((localDay(day).getDay() - MONDAY + 7) % 7));

const point = (day: string): Point => ({ day, judged: 0, right: 0, accuracy: null, recent: null });

const share = (points: readonly Point[]) => {
  const judged = points.reduce((sum, each) => sum + each.judged, 0);
  return judged === 0 ? null : points.reduce((sum, each) => sum + each.right, 0) / judged;
};

/** Every day or week of the period in order, also those without a decision: a gap in time is a gap in the chart. */
export function seriesOf({ from, to, over_time: days }: AccuracyReport): Series {
  const length = Math.round((localDay(to).getTime() - localDay(from).getTime()) / 86_400_000) + 1;
  const unit = length <= DAILY_UP_TO ? 'day' : 'week';
  const step = unit === 'day' ? 1 : 7;
  const startOf = unit === 'day' ? (day: string) => day : weekOf;
  const points = new Map<string, Point>();
  for (let day = startOf(from); day <= to; day = addDays(day, step)) points.set(day, point(day));
  for (const { day, source, judged, right } of days) {
    const found = points.get(startOf(day));
    if (source !== null || !found) continue;
    found.judged += judged;
    found.right += right;
  }
  const list = [...points.values()];
  return {
    unit,
    points: list.map((each, at) => ({
      ...each,
      accuracy: share([each]),
      recent: share(list.slice(Math.max(0, at + 1 - WINDOW[unit]), at + 1)),
    })),
  };
}

export type Calibration = {
  verdict: 'few' | 'honest' | 'sure' | 'modest';
  /** Stated confidence less how often it was right, 0-1. */
  gap: number;
};

/** Whether triage is as sure as it may be, on average over all decisions. */
export function calibrationOf(steps: AccuracyReport['calibration']): Calibration {
  const judged = steps.reduce((sum, step) => sum + step.judged, 0);
  if (judged < ENOUGH) return { verdict: 'few', gap: 0 };
  const gap = steps.reduce((sum, step) => sum + step.judged * (step.confidence - step.accuracy), 0) / judged;
  if (Math.abs(gap) < HONEST) return { verdict: 'honest', gap };
  return { verdict: gap > 0 ? 'sure' : 'modest', gap };
}

export type ConfusionRow = { said: Category; judged: number; right: number; counts: Record<Category, number> };

/** What triage said by what people said, in the order of the vocabulary. */
export function confusionOf(rows: AccuracyReport['by_category'], categories: readonly Category[]): ConfusionRow[] {
  return categories.flatMap((said) => {
    const row = rows.find(({ category }) => category === said);
    if (!row || row.judged === 0) return [];
    const became: Partial<Record<Category, number>> = { ...row.corrected_to, [said]: row.right };
    const counts = Object.fromEntries(categories.map((category) => [category, became[category] ?? 0]));
    return [{ said, judged: row.judged, right: row.right, counts: counts as Record<Category, number> }];
  });
}
