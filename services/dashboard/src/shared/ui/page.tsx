/** The frame of a page: one quiet header line, then content that scrolls by itself. */
import { useEffect, type ReactNode } from 'react';

import { cn } from './cn';

type Props = { title: string; count?: ReactNode; actions?: ReactNode; children: ReactNode; leading?: ReactNode; className?: string };

export function Page({ title, count, actions, children, leading, className }: Props) {
  useEffect(() => {
    document.title = `${title} · Task Tracker`;
  }, [title]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex h-14 shrink-0 items-center gap-2 border-b px-4 md:h-12 md:px-5">
        {leading}
        <h1 className="truncate text-lg font-semibold md:text-base">{title}</h1>
        {count !== undefined && <span className="nums text-muted">{count}</span>}
        <div className="ml-auto flex items-center gap-1.5">{actions}</div>
      </header>
      <div className={cn('min-h-0 flex-1', className)}>{children}</div>
    </div>
  );
}
