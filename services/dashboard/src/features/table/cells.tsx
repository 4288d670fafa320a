/** What each column shows of a task. A click on a value narrows the list to it. */
import type { ReactNode } from 'react';

import type { Task } from '@/shared/api/types';
import type { Field } from '@/shared/filters/filter-text';
import { formatDueDay, isOverdue } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { sourceKey, SourceLabel } from '@/shared/sources/source-label';
import { percent } from '@/shared/tasks/confidence';
import { CategoryDot, PriorityIcon, StatusIcon } from '@/shared/tasks/icons';
import { Avatar } from '@/shared/ui/avatar';
import { cn } from '@/shared/ui/cn';
import { RelativeTime } from '@/shared/ui/relative-time';

import type { ColumnId } from './columns';

export type OnNarrow = (field: Field, value: string) => void;

type ValueProps = { field: Field; value: string; onNarrow: OnNarrow; children: ReactNode; className?: string };

/** A value that narrows the list by a click. The keyboard has the filter for that: a row must not be twelve stops. */
function Value({ field, value, onNarrow, children, className }: ValueProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      title={t('table.narrow', { filter: `${field}:${value}` })}
      onClick={(event) => {
        event.stopPropagation();
        onNarrow(field, value);
      }}
      className={cn('-mx-1 inline-flex h-6 max-w-full min-w-0 items-center gap-1.5 rounded px-1 hoverable:bg-pressed', className)}
    >
      {children}
    </button>
  );
}

const faint = 'nums truncate whitespace-nowrap text-faint';

export function overdue(task: Task): boolean {
  return task.due_on !== null && !['done', 'declined', 'duplicate'].includes(task.status) && isOverdue(task.due_on);
}

export function cellOf(id: Exclude<ColumnId, 'title'>, task: Task, onNarrow: OnNarrow): ReactNode {
  switch (id) {
    case 'number':
      return <span className={faint}>#{task.number}</span>;
    case 'status':
      return (
        <Value field="status" value={task.status} onNarrow={onNarrow}>
          <StatusIcon value={task.status} />
          <span className="truncate">{t(`status.${task.status}`)}</span>
        </Value>
      );
    case 'priority':
      return (
        <Value field="priority" value={task.priority} onNarrow={onNarrow}>
          <PriorityIcon value={task.priority} />
          <span className="truncate">{t(`priority.${task.priority}`)}</span>
        </Value>
      );
    case 'category':
      return (
        <Value field="category" value={task.category} onNarrow={onNarrow}>
          <CategoryDot value={task.category} className="ml-0" />
          <span className="truncate">{t(`category.${task.category}`)}</span>
        </Value>
      );
    case 'assignee':
      return (
        task.assignee && (
          <Value field="assignee" value={task.assignee.name} onNarrow={onNarrow}>
            <Avatar name={task.assignee.name} />
            <span className="truncate">{task.assignee.name}</span>
          </Value>
        )
      );
    case 'due':
      return (
        task.due_on && (
          <Value field="due" value={task.due_on} onNarrow={onNarrow} className={cn('nums whitespace-nowrap', overdue(task) && 'text-red')}>
            {formatDueDay(task.due_on)}
          </Value>
        )
      );
    case 'source':
      return (
        task.source && (
          <Value field="source" value={sourceKey(task.source)} onNarrow={onNarrow} className="text-muted">
            <SourceLabel source={task.source} className="min-w-0" />
          </Value>
        )
      );
    case 'labels':
      return (
        <span className="flex min-w-0 gap-2 overflow-hidden">
          {task.labels.map((label) => (
            <Value key={label} field="label" value={label} onNarrow={onNarrow} className="shrink-0 text-xs text-muted">
              {label}
            </Value>
          ))}
        </span>
      );
    case 'confidence':
      return task.confidence !== null && <span className={faint}>{percent(task.confidence)}</span>;
    case 'created':
      return <RelativeTime at={task.created_at} className={faint} />;
    case 'updated':
      return <RelativeTime at={task.updated_at} className={faint} />;
  }
}
