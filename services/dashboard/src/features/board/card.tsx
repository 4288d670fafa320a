import { useDraggable } from '@dnd-kit/core';
import { Link } from '@tanstack/react-router';
import { Calendar, MessageSquare } from 'lucide-react';

import type { Task } from '@/shared/api/types';
import { formatDueDay, isOverdue } from '@/shared/i18n/dates';
import { plural, t } from '@/shared/i18n/translate';
import { SourceLabel } from '@/shared/sources/source-label';
import { CategoryDot, PriorityIcon } from '@/shared/tasks/icons';
import { Avatar } from '@/shared/ui/avatar';
import { cn } from '@/shared/ui/cn';

import type { Place } from './cell-place';

function Facts({ task }: { task: Task }) {
  const overdue = task.due_on !== null && task.status !== 'done' && isOverdue(task.due_on);
  return (
    <div className="flex h-5 items-center gap-2.5 text-xs text-faint">
      <PriorityIcon value={task.priority} labelled className="size-3.5" />
      <span className="inline-flex items-center">
        <CategoryDot value={task.category} className="ml-0" />
        {t(`category.${task.category}`)}
      </span>
      {task.source && <SourceLabel source={task.source} className="min-w-0" />}
      <span className="ml-auto flex shrink-0 items-center gap-2.5">
        {task.due_on && (
          <span className={cn('nums inline-flex items-center gap-1', overdue && 'text-red')}>
            <Calendar aria-hidden="true" className="size-3.5" strokeWidth={1.75} />
            {formatDueDay(task.due_on)}
          </span>
        )}
        {task.message_count > 1 && (
          <span className="nums inline-flex items-center gap-1" title={plural('message.count', task.message_count)}>
            <MessageSquare aria-hidden="true" className="size-3.5" strokeWidth={1.75} />
            {task.message_count}
          </span>
        )}
      </span>
    </div>
  );
}

const box = 'flex flex-col gap-1.5 rounded-lg border bg-surface px-3 py-2.5 shadow-card';

/** What the pointer carries. */
export function CardGhost({ task }: { task: Task }) {
  return (
    <div className={cn(box, 'rotate-1 shadow-overlay')}>
      <p className="nums text-xs text-faint">#{task.number}</p>
      <p className="line-clamp-2 font-medium">{task.title}</p>
      <Facts task={task} />
    </div>
  );
}

export function Card({ task, place }: { task: Task; place: Place }) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, isDragging } = useDraggable({
    id: task.id,
    data: { ...place, task },
  });
  return (
    <article
      ref={setNodeRef}
      {...listeners}
      className={cn(
        box,
        'relative cursor-default transition-colors duration-100 select-none hoverable:border-line-strong',
        'has-focus-visible:outline-2 has-focus-visible:outline-accent',
        isDragging && 'opacity-40',
      )}
    >
      <div className="flex h-[18px] items-center justify-between">
        <span className="nums text-xs text-faint">#{task.number}</span>
        {task.assignee && (
          <span title={task.assignee.name}>
            <Avatar name={task.assignee.name} />
            <span className="sr-only">{task.assignee.name}</span>
          </span>
        )}
      </div>
      <Link
        ref={setActivatorNodeRef}
        to="/tasks/$number"
        params={{ number: String(task.number) }}
        draggable={false}
        aria-roledescription={attributes['aria-roledescription']}
        aria-describedby={attributes['aria-describedby']}
        className="line-clamp-2 font-medium outline-none after:absolute after:inset-0"
      >
        {task.title}
      </Link>
      <Facts task={task} />
    </article>
  );
}
