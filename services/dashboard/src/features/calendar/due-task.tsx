/** A task on its day; it can be carried to another one by mouse, touch and keyboard. */
import { useDraggable } from '@dnd-kit/core';
import { Link } from '@tanstack/react-router';

import type { Task } from '@/shared/api/types';
import { isOverdue } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { PriorityIcon, StatusIcon } from '@/shared/tasks/icons';
import { cn } from '@/shared/ui/cn';

const closed = ['done', 'declined', 'duplicate'];

function Face({ task }: { task: Task }) {
  const over = closed.includes(task.status);
  const late = !over && task.due_on !== null && isOverdue(task.due_on);
  return (
    <>
      <StatusIcon value={task.status} labelled className="size-3.5" />
      <span className={cn('min-w-0 flex-1 truncate', over && 'text-faint line-through', late && 'text-red')}>{task.title}</span>
      {late && <span className="sr-only">{t('filter.due.overdue')}</span>}
      {(task.priority === 'urgent' || task.priority === 'high') && !over && (
        <PriorityIcon value={task.priority} labelled className="size-3.5" />
      )}
    </>
  );
}

const box = 'flex w-full min-w-0 items-center gap-1.5 rounded-md border bg-surface px-1.5 text-xs shadow-card';

/** What the pointer carries. */
export function DueGhost({ task }: { task: Task }) {
  return (
    <span className={cn(box, 'h-7 max-w-52 rotate-1 shadow-overlay')}>
      <Face task={task} />
    </span>
  );
}

export function DueTask({ task, large = false }: { task: Task; large?: boolean }) {
  const { attributes, listeners, setNodeRef, isDragging } = useDraggable({ id: task.id, data: { task, day: task.due_on } });
  return (
    <Link
      ref={setNodeRef}
      {...listeners}
      to="/tasks/$number"
      params={{ number: String(task.number) }}
      draggable={false}
      aria-roledescription={attributes['aria-roledescription']}
      aria-describedby={attributes['aria-describedby']}
      className={cn(box, 'select-none hoverable:border-line-strong', large ? 'h-11 text-sm' : 'h-6', isDragging && 'opacity-40')}
    >
      <Face task={task} />
    </Link>
  );
}
