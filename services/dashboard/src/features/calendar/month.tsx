/** A month as a page of a calendar: six weeks, each day a place to drop. */
import { useDroppable } from '@dnd-kit/core';
import { Link } from '@tanstack/react-router';

import type { DueDay } from '@/shared/api/types';
import { withValues } from '@/shared/filters/filter-text';
import { localDay } from '@/shared/i18n/dates';
import { locale, plural } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

import { monthGrid, monthOf } from './calendar-days';
import { DueTask } from './due-task';

const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const whole = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });

export const dayName = (day: string) => whole.format(localDay(day));

export const SHOWN = 4;

type DayProps = { day: string; month: string; today: string; due: DueDay | undefined; filter: string };

function Day({ day, month, today, due, filter }: DayProps) {
  const { setNodeRef, isOver } = useDroppable({ id: day });
  const total = due?.total ?? 0;
  const shown = due?.tasks.slice(0, total > SHOWN ? SHOWN - 1 : SHOWN) ?? [];
  const more = total - shown.length;
  return (
    <div
      ref={setNodeRef}
      role="gridcell"
      aria-current={day === today ? 'date' : undefined}
      className={cn(
        'flex min-h-28 min-w-0 flex-col gap-1 border-r border-b p-1 transition-colors duration-100',
        monthOf(day) !== monthOf(month) && 'bg-chrome/60',
        isOver && 'bg-accent-soft',
      )}
    >
      <span className="sr-only">{plural('calendar.day', total, { day: dayName(day) })}</span>
      <span
        aria-hidden="true"
        className={cn(
          'nums inline-flex size-6 items-center justify-center self-end rounded-full text-xs',
          day === today ? 'bg-accent font-semibold text-on-accent' : monthOf(day) === monthOf(month) ? 'text-muted' : 'text-faint',
        )}
      >
        {localDay(day).getDate()}
      </span>
      {shown.map((task) => (
        <DueTask key={task.id} task={task} />
      ))}
      {more > 0 && (
        <Link
          to="/tasks"
          search={{ filter: withValues(filter, 'due', [day]) }}
          className="rounded px-1.5 text-xs text-muted hoverable:bg-hover hoverable:text-ink"
        >
          {plural('calendar.more', more)}
        </Link>
      )}
    </div>
  );
}

type Props = { month: string; today: string; days: ReadonlyMap<string, DueDay>; filter: string };

export function Month({ month, today, days, filter }: Props) {
  const weeks = monthGrid(month);
  return (
    <div role="grid" aria-label={monthName(month)} className="flex min-h-full flex-col">
      <div role="row" className="sticky top-0 z-10 grid grid-cols-7 border-b bg-canvas">
        {weeks[0]?.map((day) => (
          <span key={day} role="columnheader" className="px-2 py-1.5 text-right text-xs font-medium text-faint">
            {weekday.format(localDay(day))}
          </span>
        ))}
      </div>
      {weeks.map((week) => (
        <div key={week[0]} role="row" className="grid flex-1 grid-cols-[repeat(7,minmax(0,1fr))]">
          {week.map((day) => (
            <Day key={day} day={day} month={month} today={today} due={days.get(day)} filter={filter} />
          ))}
        </div>
      ))}
    </div>
  );
}

const monthAndYear = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' });

export const monthName = (day: string) => monthAndYear.format(localDay(day));
