/** What a screen shows when there is nothing, not yet, or not any more. */
import { CircleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';

import { Button } from './button';
import { cn } from './cn';

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cn('block rounded bg-pressed animate-sheen', className)} />;
}

type EmptyProps = { icon: LucideIcon; title: string; heading?: 'h1' | 'h2'; children?: ReactNode; action?: ReactNode };

export function EmptyState({ icon: Icon, title, heading: Heading = 'h2', children, action }: EmptyProps) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-1 px-6 py-16 text-center">
      <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-hover text-muted">
        <Icon aria-hidden="true" className="size-5" strokeWidth={1.75} />
      </span>
      <Heading className="text-base font-semibold">{title}</Heading>
      {children && <div className="max-w-lg text-balance text-muted">{children}</div>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}

/** An error with its cure and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div role="alert" className="flex h-full flex-col items-center justify-center gap-1 px-6 py-16 text-center">
      <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-red-soft text-red">
        <CircleAlert aria-hidden="true" className="size-5" strokeWidth={1.75} />
      </span>
      <h2 className="text-base font-semibold">{t('error.title')}</h2>
      <p className="max-w-md text-muted">{explain(error)}</p>
      {onRetry && (
        <Button className="mt-4" onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  );
}
