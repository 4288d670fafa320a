import { ChevronDown } from 'lucide-react';
import type { SelectHTMLAttributes } from 'react';

import { cn } from './cn';

/** The browser's own list: on a phone it is the one that people know. */
export function Select({ className, children, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className={cn('relative flex', className)}>
      <select
        {...rest}
        className="h-11 w-full appearance-none rounded-md border border-line-strong bg-surface pr-8 pl-2.5 text-ink transition-colors focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 disabled:bg-hover disabled:text-muted md:h-8"
      >
        {children}
      </select>
      <ChevronDown aria-hidden="true" className="pointer-events-none absolute top-1/2 right-2 size-4 -translate-y-1/2 text-faint" strokeWidth={1.75} />
    </span>
  );
}
