import { Calendar } from 'lucide-react';
import { useRef } from 'react';

import { formatDueDay, isOverdue } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

type Props = { value: string | null; onChange: (value: string | null) => void; done?: boolean; className?: string };

/** The browser's own calendar under a button that reads like the other properties. */
export function DuePicker({ value, onChange, done = false, className }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const overdue = value !== null && !done && isOverdue(value);
  return (
    <label
      className={cn(
        'relative inline-flex h-9 min-w-0 items-center gap-1.5 rounded-md border border-line-strong/80 bg-surface px-2 transition-colors duration-100 hoverable:bg-hover md:h-7',
        'has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent',
        value === null ? 'text-faint' : overdue ? 'text-red' : 'text-ink',
        className,
      )}
    >
      <Calendar aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
      <span className="truncate">{value === null ? t('due.none') : formatDueDay(value)}</span>
      <input
        ref={input}
        type="date"
        aria-label={t('property.due')}
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value || null)}
        onClick={() => input.current?.showPicker()}
        className="absolute inset-0 cursor-default opacity-0"
      />
    </label>
  );
}
