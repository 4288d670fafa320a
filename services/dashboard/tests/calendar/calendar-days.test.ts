import fc from 'fast-check';
import { expect, test } from 'vitest';

import { firstOf, lastOf, monthGrid, monthOf, monthShifted, shifted } from '@/features/calendar/calendar-days';
import { isoDay } from '@/shared/i18n/dates';

const day = fc.date({ min: new Date(1990, 0, 1), max: new Date(2090, 0, 1), noInvalidDate: true }).map(isoDay);

test('a page of the calendar holds its month in unbroken weeks from Monday', () => {
  fc.assert(
    fc.property(day, (given) => {
      const days = monthGrid(given).flat();
      expect(days).toHaveLength(42);
      expect(days).toContain(firstOf(given));
      expect(days).toContain(lastOf(given));
      expect(days).toEqual(days.map((_, index) => shifted(days[0] ?? '', index)));
      expect(new Date(`${days[0] ?? ''}T12:00:00`).getDay()).toBe(1);
    }),
  );
});

test('days and months go there and back', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: -800, max: 800 }), (given, by) => {
      expect(shifted(shifted(given, by), -by)).toBe(given);
      expect(monthOf(monthShifted(monthShifted(given, by), -by))).toBe(monthOf(given));
    }),
  );
});
