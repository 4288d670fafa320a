/** How right triage is, measured by what people decide: the reason to trust it, or not yet. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { Target } from 'lucide-react';

import { accuracyQuery } from '@/shared/api/accuracy';
import type { AccuracyReport } from '@/shared/api/types';
import { plural, t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';
import { Page } from '@/shared/ui/page';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/states';

import { periodOf, type AccuracySearch } from './accuracy-search';
import { BySource } from './by-source';
import { Calibration } from './calibration';
import { Confusion } from './confusion';
import { Corrections } from './corrections';
import { Filters } from './filters';
import { OverTime } from './over-time';
import { Totals } from './totals';

const frame = 'mx-auto flex max-w-5xl flex-col gap-10 px-4 py-6 md:px-10 md:py-9';
const action = 'text-accent-ink underline-offset-2 hoverable:underline';

function Nothing({ search }: { search: AccuracySearch }) {
  if (search.source) {
    return (
      <EmptyState
        icon={Target}
        title={t('accuracy.none.title')}
        action={
          <Link to="/accuracy" search={{ days: search.days }} className={action}>
            {t('accuracy.none.all')}
          </Link>
        }
      >
        {plural('accuracy.none.detail', periodOf(search), { source: search.source })}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Target}
      title={t('accuracy.empty.title')}
      action={
        <Link to="/inbox" className={action}>
          {t('accuracy.empty.action')}
        </Link>
      }
    >
      <p>{t('accuracy.empty.detail')}</p>
      <p className="mt-2">{t('accuracy.empty.how')}</p>
    </EmptyState>
  );
}

function Report({ report, search }: { report: AccuracyReport; search: AccuracySearch }) {
  return (
    <div className={frame}>
      <Totals totals={report.totals} source={search.source} />
      <OverTime report={report} />
      {!search.source && report.by_source.length > 0 && <BySource rows={report.by_source} />}
      <Confusion rows={report.by_category} />
      <div className="grid gap-10 lg:grid-cols-2">
        <Calibration steps={report.calibration} />
        <Corrections rows={report.corrections} />
      </div>
    </div>
  );
}

export function AccuracyPage() {
  const search = useSearch({ from: '/shell/accuracy' });
  const report = useQuery({
    ...accuracyQuery({ days: periodOf(search), source: search.source }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t('accuracy.title')} className="overflow-y-auto" actions={<Filters search={search} />}>
      {report.isPending && (
        <div aria-busy="true" className={frame}>
          <Skeleton className="h-16 w-72" />
          <Skeleton className="h-64 w-full" />
          <Skeleton className="h-40 w-full" />
        </div>
      )}
      {report.isError && !report.data && <ErrorState error={report.error} onRetry={() => void report.refetch()} />}
      {report.data && (
        <div className={cn('h-full', report.isPlaceholderData && 'opacity-60')} aria-busy={report.isPlaceholderData}>
          {report.data.totals.judged === 0 ? <Nothing search={search} /> : <Report report={report.data} search={search} />}
        </div>
      )}
    </Page>
  );
}
