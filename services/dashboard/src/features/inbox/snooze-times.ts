/** The moments that "snooze" offers, in the reader's own time zone. */
import type { MessageKey } from '@/shared/i18n/translate';

export type SnoozeTime = { id: string; label: MessageKey; until: Date };

const MORNING_HOUR = 9;
const MONDAY = 1;

function morning(now: Date, daysAhead: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + daysAhead, MORNING_HOUR);
}

export function snoozeTimes(now: Date): SnoozeTime[] {
  const later = new Date(now);
  later.setHours(now.getHours() + 3, 0, 0, 0);
  const daysToMonday = (MONDAY - now.getDay() + 7) % 7 || 7;
  const tomorrow: SnoozeTime = { id: 'tomorrow', label: 'snooze.tomorrow', until: morning(now, 1) };
  const monday: SnoozeTime = { id: 'monday', label: 'snooze.monday', until: morning(now, daysToMonday) };
  const fortnight: SnoozeTime = { id: 'fortnight', label: 'snooze.fortnight', until: morning(now, 14) };
  const today: SnoozeTime = { id: 'later', label: 'snooze.later', until: later };
  return [
    ...(later.getDate() === now.getDate() ? [today] : []),
    tomorrow,
    ...(daysToMonday === 1 ? [] : [monday]),
    fortnight,
  ];
}
