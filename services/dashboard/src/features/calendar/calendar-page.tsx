/** What is due when. Carrying a task to another day changes its due date. */
import { DndContext, DragOverlay, pointerWithin, rectIntersection, type Announcements, type CollisionDetection } from '@dnd-kit/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo, useState } from 'react';

import { taskCalendarQuery, taskGroupsQuery } from '@/shared/api/tasks';
import type { Task } from '@/shared/api/types';
import { FilterBar } from '@/shared/filters/filter-bar';
import { asked, useListSearch } from '@/shared/filters/use-list-search';
import { formatDueDay, isoDay } from '@/shared/i18n/dates';
import { plural, t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { useUpdateTask } from '@/shared/tasks/update-task';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';
import { IconButton } from '@/shared/ui/icon-button';
import { useIsPhone } from '@/shared/ui/media';
import { Page } from '@/shared/ui/page';
import { ErrorState, Skeleton } from '@/shared/ui/states';
import { ViewsMenu } from '@/shared/views/views-menu';

import { Agenda } from './agenda';
import { firstOf, lastOf, monthGrid, monthShifted } from './calendar-days';
import { DueGhost } from './due-task';
import { Month, monthName, SHOWN } from './month';
import { useDaySensors } from './use-day-sensors';

const IN_AGENDA = 20;

const overDay: CollisionDetection = (args) => {
  const under = pointerWithin(args);
  return under.length > 0 ? under : rectIntersection(args);
};

type Carried = { data: { current?: Record<string, unknown> } };
const taskOf = (active: Carried) => active.data.current?.task as Task;

const announcements: Announcements = {
  onDragStart: ({ active }) => t('board.picked', { number: taskOf(active).number }),
  onDragOver: ({ over }) => (over ? t('calendar.over', { day: formatDueDay(String(over.id)) }) : undefined),
  onDragEnd: ({ active, over }) =>
    over ? t('calendar.moved', { number: taskOf(active).number, day: formatDueDay(String(over.id)) }) : t('board.cancelled'),
  onDragCancel: () => t('board.cancelled'),
};

export function CalendarPage() {
  const { search, filter, change } = useListSearch();
  const phone = useIsPhone();
  const today = isoDay(new Date());
  const shown = search.day ?? today;
  const weeks = monthGrid(shown);
  const stretch = phone
    ? { from: firstOf(shown), to: lastOf(shown), per_day: IN_AGENDA }
    : { from: weeks[0]?.[0] ?? shown, to: weeks.at(-1)?.at(-1) ?? shown, per_day: SHOWN };
  const calendar = useQuery({ ...taskCalendarQuery({ ...asked(filter), ...stretch }), placeholderData: keepPreviousData });
  const late = `${filter} is:overdue`.trim();
  const overdue = useQuery({ ...taskGroupsQuery(asked(late), 'nothing'), placeholderData: keepPreviousData }).data?.total ?? 0;
  const days = useMemo(() => new Map((calendar.data?.days ?? []).map((due) => [due.day, due])), [calendar.data]);

  const update = useUpdateTask();
  const sensors = useDaySensors();
  const [carried, setCarried] = useState<Task | null>(null);
  const go = (months: number) => change({ day: monthShifted(shown, months) });

  useShortcuts('calendar.title', [
    { keys: '[', label: 'calendar.previous', run: () => go(-1) },
    { keys: ']', label: 'calendar.next', run: () => go(1) },
    { keys: 't', label: 'calendar.today', run: () => change({ day: undefined }) },
    { keys: '/', label: 'table.focusFilter', run: () => document.querySelector<HTMLElement>('[data-search]')?.focus() },
  ]);

  const drop = (task: Task, day: string) => {
    if (task.due_on === day) return;
    update(task, { due_on: day }, { done: t('calendar.moved', { number: task.number, day: formatDueDay(day) }) });
  };

  return (
    <Page
      title={t('calendar.title')}
      className="flex min-h-0 flex-col"
      count={
        overdue > 0 && (
          <Link to="/tasks" search={{ filter: late, sort: 'due_on' }} className="rounded px-1.5 text-xs font-medium text-red hoverable:bg-hover">
            {plural('calendar.overdue', overdue)}
          </Link>
        )
      }
      actions={<ViewsMenu layout="calendar" search={search} />}
    >
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b px-3 py-2 md:flex-nowrap md:px-4">
        <div className="flex shrink-0 items-center gap-1 max-md:w-full">
          <IconButton icon={ChevronLeft} label={t('calendar.previous')} keys="[" onClick={() => go(-1)} />
          <IconButton icon={ChevronRight} label={t('calendar.next')} keys="]" onClick={() => go(1)} />
          <h2 aria-live="polite" className="min-w-36 text-base font-semibold max-md:flex-1">
            {monthName(shown)}
          </h2>
          <Button onClick={() => change({ day: undefined })}>{t('calendar.today')}</Button>
        </div>
        <FilterBar filter={filter} onChange={(next) => change({ filter: next || undefined })} />
      </div>
      <div
        className={cn('min-h-0 flex-1 overflow-y-auto', calendar.isPlaceholderData && 'opacity-60')}
        aria-busy={calendar.isFetching}
      >
        {calendar.isError && !calendar.data ? (
          <ErrorState error={calendar.error} onRetry={() => void calendar.refetch()} />
        ) : (
          <DndContext
            sensors={sensors}
            collisionDetection={overDay}
            accessibility={{ announcements, screenReaderInstructions: { draggable: t('calendar.instructions') } }}
            onDragStart={({ active }) => setCarried(taskOf(active))}
            onDragCancel={() => setCarried(null)}
            onDragEnd={({ active, over }) => {
              setCarried(null);
              if (over) drop(taskOf(active), String(over.id));
            }}
          >
            {phone && calendar.isPending && <Skeleton className="m-4 h-24 rounded-lg" />}
            {phone && calendar.data && <Agenda days={calendar.data.days} today={today} filter={filter} />}
            {!phone && <Month month={shown} today={today} days={days} filter={filter} />}
            <DragOverlay dropAnimation={null}>{carried && <DueGhost task={carried} />}</DragOverlay>
          </DndContext>
        )}
      </div>
    </Page>
  );
}
