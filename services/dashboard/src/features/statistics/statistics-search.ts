/** The period lives in the address: a few days up to today, or two days. Days are those of UTC, as the API's. */
export const spans = [7, 30, 90, 365] as const;
export type Days = (typeof spans)[number];
export const DEFAULT_DAYS: Days = 30;
const MOST_DAYS = 366;
const DAY_MS = 86_400_000;

export type StatisticsSearch = { days?: string; from?: string; to?: string };
/** Both days belong to it. */
export type Period = { from: string; to: string };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const dayOf = (value: unknown) => (typeof value === 'string' && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined);

export const dayBefore = (day: string, days: number) => new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
export const todayUtc = (now = Date.now()) => new Date(now).toISOString().slice(0, 10);

export function parseStatisticsSearch(search: Record<string, unknown>): StatisticsSearch {
  const from = dayOf(search.from);
  const to = dayOf(search.to);
  if (from && to) return from <= to && from > dayBefore(to, MOST_DAYS) ? { from, to } : {};
  return { days: spans.map(String).find((days) => days === String(search.days) && days !== String(DEFAULT_DAYS)) };
}

export const chosenDays = (search: StatisticsSearch): Days | undefined =>
  search.from ? undefined : (spans.find((days) => String(days) === search.days) ?? DEFAULT_DAYS);

export function periodOf(search: StatisticsSearch, today = todayUtc()): Period {
  if (search.from && search.to) return { from: search.from, to: search.to };
  return { from: dayBefore(today, (chosenDays(search) ?? DEFAULT_DAYS) - 1), to: today };
}

/** The longest period that a chosen day leaves: the other end moves along, and never beyond a year. */
export function withDay(period: Period, change: Partial<Period>): Period {
  const { from, to } = { ...period, ...change };
  if (change.from) return { from, to: to < from ? from : to > dayBefore(from, 1 - MOST_DAYS) ? dayBefore(from, 1 - MOST_DAYS) : to };
  return { from: from > to ? to : from < dayBefore(to, MOST_DAYS - 1) ? dayBefore(to, MOST_DAYS - 1) : from, to };
}
