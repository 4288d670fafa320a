/** What all parts of the settings look like. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { ErrorState, Skeleton } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast-store';

export const list = 'divide-y rounded-xl border bg-surface';
export const row = 'flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5';

/** A mutation that failed says why; what is shown is still what is set. */
export const notSaved = (error: unknown) => toast({ tone: 'problem', title: t('settings.notSaved'), detail: explain(error) });

export function Intro({ title, detail, action }: { title: string; detail: string; action?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-start gap-3">
      <div className="min-w-0 flex-1 basis-72">
        <h2 className="text-base font-semibold">{title}</h2>
        <p className="text-muted">{detail}</p>
      </div>
      {action}
    </header>
  );
}

/** What was asked for, or that it is on its way, or why it is not there. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div aria-busy="true">
      <Skeleton className="h-48 rounded-xl" />
    </div>
  );
}
