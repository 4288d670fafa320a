/** Days of a calendar as the API writes them (`2026-05-13`), so that no time zone moves them. */
import { isoDay, localDay } from '@/shared/i18n/dates';

/** Monday, as in the language that the dashboard speaks. */
const FIRST_WEEKDAY = 1;
const WEEK = 7;
const WEEKS = 6;

export function shifted(day: string, days: number): string {
  const date = localDay(day);
  // Noon: a day of 23 hours is no reason to land on the day before.
  return isoDay(new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, 12));
}

export const monthOf = (day: string) => day.slice(0, 7);
export const firstOf = (day: string) => `${monthOf(day)}-01`;

/** The first day of a month so many months away. */
export function monthShifted(day: string, months: number): string {
  const date = localDay(firstOf(day));
  return isoDay(new Date(date.getFullYear(), date.getMonth() + months, 1, 12));
}

export const lastOf = (day: string) => shifted(monthShifted(day, 1), -1);

/** Six weeks that hold the month, as a page of a calendar always has. */
export function monthGrid(day: string): string[][] {
  const first = localDay(firstOf(day));
  const back = (first.getDay() - FIRST_WEEKDAY + WEEK) % WEEK;
  const start = shifted(firstOf(day), -back);
  return Array.from({ length: WEEKS }, (_, week) => Array.from({ length: WEEK }, (_, weekday) => shifted(start, week * WEEK + weekday)));
}
