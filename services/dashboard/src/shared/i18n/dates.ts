/** Dates and times the way the reader's language writes them. */
import { locale } from './translate';

const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const dayAndTime = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short', hour: 'numeric', minute: '2-digit' });

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "now", "5 min ago", "3 hr ago", "yesterday", then the date. */
export function formatRelative(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const age = Math.abs(seconds);
  if (age < 45) return relative.format(0, 'second');
  if (age < HOUR) return relative.format(Math.round(seconds / MINUTE), 'minute');
  if (age < DAY) return relative.format(Math.round(seconds / HOUR), 'hour');
  if (age < 7 * DAY) return relative.format(Math.round(seconds / DAY), 'day');
  return formatDay(iso, now);
}

export const formatFull = (iso: string) => full.format(new Date(iso));

/** "Tue 09:00" within the coming week, where a weekday is enough to know which; the date after that. */
export function formatMoment(date: Date, now = Date.now()): string {
  return (date.getTime() - now < 6.5 * DAY * 1000 ? weekday : dayAndTime).format(date);
}

/** "3 May", with the year when it is another one. */
export function formatDay(iso: string, now = Date.now()): string {
  const date = new Date(iso);
  return (date.getFullYear() === new Date(now).getFullYear() ? day : dayAndYear).format(date);
}

/** A calendar day (`2026-05-03`) as a local date, so that no time zone moves it. */
export function localDay(value: string): Date {
  const [year = 1970, month = 1, date = 1] = value.split('-').map(Number);
  return new Date(year, month - 1, date);
}

/** The calendar day of a moment where the reader is, as the API writes days. */
export function isoDay(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function formatDueDay(value: string): string {
  return formatDay(localDay(value).toISOString());
}

/** Whether a due day lies before today. */
export function isOverdue(value: string, now = new Date()): boolean {
  return localDay(value) < new Date(now.getFullYear(), now.getMonth(), now.getDate());
}
