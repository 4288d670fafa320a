import type { LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, Ref } from 'react';

import { cn } from './cn';
import { Tooltip } from './tooltip';

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> & {
  icon: LucideIcon;
  /** Accessible name and tooltip. */
  label: string;
  keys?: string;
  ref?: Ref<HTMLButtonElement>;
};

export function IconButton({ icon: Icon, label, keys, className, ...rest }: Props) {
  return (
    <Tooltip label={label} keys={keys}>
      <button
        type="button"
        aria-label={label}
        aria-keyshortcuts={keys}
        {...rest}
        className={cn(
          'inline-flex size-10 shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-100 md:size-7',
          'hoverable:bg-hover hoverable:text-ink disabled:pointer-events-none disabled:opacity-40',
          className,
        )}
      >
        <Icon aria-hidden="true" className="size-5 md:size-4" strokeWidth={1.75} />
      </button>
    </Tooltip>
  );
}
