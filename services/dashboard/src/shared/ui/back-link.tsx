import { Link, type LinkProps } from '@tanstack/react-router';
import type { LucideIcon } from 'lucide-react';

import { cn } from './cn';

type Props = Pick<LinkProps, 'to' | 'search'> & { label: string; icon: LucideIcon; className?: string };

/** An icon that goes somewhere, as opposed to one that does something. */
export function BackLink({ to, search, label, icon: Icon, className }: Props) {
  return (
    <Link
      to={to}
      search={search}
      aria-label={label}
      className={cn(
        'inline-flex size-10 shrink-0 items-center justify-center rounded-md text-muted hoverable:bg-hover hoverable:text-ink md:size-7',
        className,
      )}
    >
      <Icon aria-hidden="true" className="size-5 md:size-4" strokeWidth={1.75} />
    </Link>
  );
}
