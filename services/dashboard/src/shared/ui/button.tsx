import type { ButtonHTMLAttributes, Ref } from 'react';

import { cn } from './cn';
import { Kbd } from './kbd';

type Tone = 'primary' | 'plain' | 'quiet' | 'link';

const tones: Record<Tone, string> = {
  primary: 'bg-accent text-on-accent shadow-card hoverable:bg-accent-hover',
  plain: 'border border-line-strong bg-surface text-ink shadow-card hoverable:bg-hover',
  quiet: 'text-muted hoverable:bg-hover hoverable:text-ink',
  link: 'text-accent-ink hoverable:bg-hover',
};

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  tone?: Tone;
  /** Key that does the same, shown beside the label. */
  hint?: string;
  /** Takes the thumb's full height on a phone. */
  tall?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({ tone = 'plain', hint, tall = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-keyshortcuts={hint}
      {...rest}
      className={cn(
        'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md px-3 font-medium whitespace-nowrap transition-colors duration-100 select-none',
        'disabled:pointer-events-none disabled:opacity-50',
        tall ? 'h-12 md:h-8' : 'h-10 md:h-8',
        tones[tone],
        className,
      )}
    >
      {children}
      {hint && (
        <Kbd
          keys={hint}
          className={cn('ml-0.5', tone === 'primary' && '[&_kbd]:border-white/25 [&_kbd]:bg-[rgb(0_0_0/0.16)] [&_kbd]:text-on-accent')}
        />
      )}
    </button>
  );
}
