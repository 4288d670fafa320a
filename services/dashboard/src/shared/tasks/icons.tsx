/** Small drawn signs for status, priority and category: shape carries the meaning, colour only helps. */
import type { Category, Priority, TaskStatus } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

type Props<T> = { value: T; className?: string; labelled?: boolean };

const named = (label: string, labelled: boolean | undefined) =>
  labelled ? ({ role: 'img', 'aria-label': label } as const) : ({ 'aria-hidden': true } as const);

const statusColor: Record<TaskStatus, string> = {
  triage: 'text-orange',
  todo: 'text-muted',
  in_progress: 'text-amber-sign',
  done: 'text-accent-ink',
  declined: 'text-faint',
  duplicate: 'text-faint',
};

const ring = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6 } as const;
const tick = { fill: 'none', stroke: 'var(--surface)', strokeWidth: 1.7, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

function StatusShape({ value }: { value: TaskStatus }) {
  switch (value) {
    case 'triage':
      return <circle cx="8" cy="8" r="6" {...ring} strokeDasharray="2.2 2.1" />;
    case 'todo':
      return <circle cx="8" cy="8" r="6" {...ring} />;
    case 'in_progress':
      return (
        <>
          <circle cx="8" cy="8" r="6" {...ring} />
          <path d="M8 4.4a3.6 3.6 0 0 1 0 7.2z" fill="currentColor" />
        </>
      );
    case 'done':
      return (
        <>
          <circle cx="8" cy="8" r="6.8" fill="currentColor" />
          <path d="M5.2 8.2l2 2 3.7-4.1" {...tick} />
        </>
      );
    case 'declined':
      return (
        <>
          <circle cx="8" cy="8" r="6.8" fill="currentColor" />
          <path d="M5.8 5.8l4.4 4.4m0-4.4l-4.4 4.4" {...tick} />
        </>
      );
    case 'duplicate':
      return (
        <>
          <circle cx="6" cy="8" r="4.6" {...ring} />
          <path d="M8.8 3.9a4.6 4.6 0 1 1 0 8.2" {...ring} />
        </>
      );
  }
}

export function StatusIcon({ value, className, labelled }: Props<TaskStatus>) {
  return (
    <svg
      viewBox="0 0 16 16"
      {...named(t(`status.${value}`), labelled)}
      className={cn('size-4 shrink-0', statusColor[value], className)}
    >
      <StatusShape value={value} />
    </svg>
  );
}

const bars: Record<Exclude<Priority, 'urgent'>, number> = { low: 1, medium: 2, high: 3 };

export function PriorityIcon({ value, className, labelled }: Props<Priority>) {
  const label = named(t(`priority.${value}`), labelled);
  if (value === 'urgent') {
    return (
      <svg viewBox="0 0 16 16" {...label} className={cn('size-4 shrink-0 text-red', className)}>
        <rect x="1.5" y="1.5" width="13" height="13" rx="3.2" fill="currentColor" />
        <path d="M8 4.6v4M8 11.2v.1" stroke="var(--surface)" strokeWidth="1.8" strokeLinecap="round" />
      </svg>
    );
  }
  return (
    <svg viewBox="0 0 16 16" {...label} className={cn('size-4 shrink-0 text-muted', className)}>
      {[0, 1, 2].map((index) => (
        <rect
          key={index}
          x={2 + index * 4.5}
          y={9 - index * 3}
          width="3"
          height={5 + index * 3}
          rx="1"
          fill="currentColor"
          opacity={index < bars[value] ? 1 : 0.25}
        />
      ))}
    </svg>
  );
}

const categoryColor: Record<Category, string> = {
  bug: 'bg-red',
  feature: 'bg-violet',
  question: 'bg-blue',
  task: 'bg-green',
  incident: 'bg-orange',
  noise: 'bg-faint',
};

export const CategoryDot = ({ value, className }: { value: Category; className?: string }) => (
  <span aria-hidden="true" className={cn('mx-1 block size-2 shrink-0 rounded-full', categoryColor[value], className)} />
);
