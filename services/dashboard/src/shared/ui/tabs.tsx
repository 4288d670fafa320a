/** A few views of one thing, of which one is shown: arrows walk them, as tabs do. */
import type { KeyboardEvent, ReactNode } from 'react';

import { cn } from './cn';

type Props<T extends string> = {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode }[];
  onChange: (value: T) => void;
  /** Id of the element that shows the chosen one. */
  panel?: string;
  className?: string;
};

export function Tabs<T extends string>({ label, value, options, onChange, panel, className }: Props<T>) {
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = options.findIndex((option) => option.value === value);
    const next = options[(at + step + options.length) % options.length];
    if (!next) return;
    onChange(next.value);
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[options.indexOf(next)]?.focus();
  };
  return (
    <div role="tablist" aria-label={label} tabIndex={-1} onKeyDown={walk} className={cn('flex gap-0.5', className)}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="tab"
          aria-selected={option.value === value}
          aria-controls={panel}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onChange(option.value)}
          className={cn(
            'inline-flex h-9 items-center gap-1.5 rounded-md px-2.5 transition-colors duration-100 md:h-7',
            option.value === value ? 'bg-pressed font-medium text-ink' : 'text-muted hoverable:bg-hover hoverable:text-ink',
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
