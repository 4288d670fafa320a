import { Calendar } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import { formatDueDay, isOverdue } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

import type { Opening } from './pickers';

type Props = Opening & { value: string | null; onChange: (value: string | null) => void; done?: boolean; className?: string };

/** A year that is typed digit by digit is a day of the first century at first. */
const isWhole = (day: string) => day === '' || day >= '1900';

/** The browser's own calendar under a button that reads like the other properties. */
export function DuePicker({ value, onChange, done = false, className, open = false, onOpenChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const overdue = value !== null && !done && isOverdue(value);

  useEffect(() => {
    if (!open) return;
    onOpenChange?.(false);
    input.current?.focus();
    input.current?.showPicker();
  }, [open, onOpenChange]);

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
        value={typed ?? value ?? ''}
        onChange={(event) => {
          const day = event.target.value;
          if (!isWhole(day)) return setTyped(day);
          setTyped(null);
          onChange(day || null);
          // The keys of the page work again.
          input.current?.blur();
        }}
        onBlur={() => setTyped(null)}
        onKeyDown={(event) => event.key === 'Escape' && input.current?.blur()}
        onClick={() => input.current?.showPicker()}
        className="absolute inset-0 cursor-default opacity-0"
      />
    </label>
  );
}
