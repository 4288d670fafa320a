/** How much comes in, how fast it is dealt with, what it costs and what is left; each figure leads to its list. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ChartColumn } from 'lucide-react';

import { statisticsQuery } from '@/shared/api/statistics';
import type { Statistics } from '@/shared/api/types';
import { formatDueDay } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';
import { Page } from '@/shared/ui/page';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/states';

import { Breakdown } from './breakdown';
import { isEmpty } from './figures';
import { Filters } from './filters';
import { MemberLoad } from './load';
import { Models } from './models';
import { Backlog, Volume } from './over-time';
import { Quality } from './quality';
import { Speed } from './speed';
import { parseStatisticsSearch, periodOf } from './statistics-search';
import { Totals } from './totals';

const frame = 'mx-auto flex max-w-5xl flex-col gap-10 px-4 py-6 md:px-10 md:py-9';

function Report({ found }: { found: Statistics }) {
  const { before } = found;
  return (
    <div className={frame}>
      <div className="flex flex-col gap-4">
        <Totals found={found} />
        <p className="text-xs text-faint">{t('statistics.compared', { from: formatDueDay(before.from), to: formatDueDay(before.to) })}</p>
      </div>
      <Volume found={found} />
      <Breakdown found={found} />
      <Speed found={found} />
      <Backlog found={found} />
      {found.load.length > 0 && <MemberLoad found={found} />}
      <Quality found={found} />
      <Models found={found} />
    </div>
  );
}

function Nothing() {
  return (
    <EmptyState
      icon={ChartColumn}
      title={t('statistics.empty.title')}
      action={
        <Link to="/sources" className="text-accent-ink underline-offset-2 hoverable:underline">
          {t('statistics.empty.action')}
        </Link>
      }
    >
      {t('statistics.empty.detail')}
    </EmptyState>
  );
}

export function StatisticsPage() {
  const search = parseStatisticsSearch(useSearch({ strict: false }));
  const found = useQuery({ ...statisticsQuery(periodOf(search)), placeholderData: keepPreviousData });
  return (
    <Page title={t('statistics.title')} className="flex flex-col">
      <Filters search={search} />
      {/* `models` is a place on this page that the cost leads to. */}
      <div className="min-h-0 flex-1 overflow-y-auto">
        {found.isPending && (
          <div aria-busy="true" className={frame}>
            <Skeleton className="h-16 w-full" />
            <Skeleton className="h-64 w-full" />
            <Skeleton className="h-64 w-full" />
          </div>
        )}
        {found.isError && !found.data && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
        {found.data && (
          <div className={cn('h-full', found.isPlaceholderData && 'opacity-60')} aria-busy={found.isPlaceholderData}>
            {isEmpty(found.data) ? <Nothing /> : <Report found={found.data} />}
          </div>
        )}
      </div>
    </Page>
  );
}
