/** The month as a list of the days on which something is due: what a phone has room for. */
import { useDroppable } from '@dnd-kit/core';
import { Link } from '@tanstack/react-router';
import { CalendarDays } from 'lucide-react';

import type { DueDay } from '@/shared/api/types';
import { withValues } from '@/shared/filters/filter-text';
import { plural, t } from '@/shared/i18n/translate';
import { DuePicker } from '@/shared/tasks/due-picker';
import { useUpdateTask } from '@/shared/tasks/update-task';
import { cn } from '@/shared/ui/cn';
import { EmptyState } from '@/shared/ui/states';

import { DueTask } from './due-task';
import { dayName } from './month';

function Day({ due, today, filter }: { due: DueDay; today: string; filter: string }) {
  const { setNodeRef, isOver } = useDroppable({ id: due.day });
  const update = useUpdateTask();
  const more = due.total - due.tasks.length;
  return (
    <li ref={setNodeRef} className={cn('border-b px-4 py-3', isOver && 'bg-accent-soft')}>
      <h2 className={cn('mb-2 flex items-baseline gap-2 text-sm font-semibold', due.day === today && 'text-accent-ink')}>
        {due.day === today ? t('calendar.today') : dayName(due.day)}
        <span className="nums text-xs font-normal text-faint">{due.total}</span>
      </h2>
      <ul className="flex flex-col gap-1.5">
        {due.tasks.map((task) => (
          <li key={task.id} className="flex items-center gap-1.5">
            <DueTask task={task} large />
            <DuePicker value={task.due_on} onChange={(day) => update(task, { due_on: day })} className="h-11 shrink-0" />
          </li>
        ))}
      </ul>
      {more > 0 && (
        <Link to="/tasks" search={{ filter: withValues(filter, 'due', [due.day]) }} className="mt-1.5 flex h-10 items-center text-muted">
          {plural('calendar.more', more)}
        </Link>
      )}
    </li>
  );
}

type Props = { days: readonly DueDay[]; today: string; filter: string };

export function Agenda({ days, today, filter }: Props) {
  if (days.length === 0) {
    return (
      <EmptyState icon={CalendarDays} title={t('calendar.nothing')}>
        {t('calendar.nothing.detail')}
      </EmptyState>
    );
  }
  return (
    <ul aria-label={t('calendar.title')}>
      {days.map((due) => (
        <Day key={due.day} due={due} today={today} filter={filter} />
      ))}
    </ul>
  );
}
