/** The channels that messages come in by. */
import { useQuery } from '@tanstack/react-query';
import { Radio } from 'lucide-react';

import { sourcesQuery } from '@/shared/api/system';
import { t } from '@/shared/i18n/translate';
import { sourceKey } from '@/shared/sources/source-label';
import { CodeLine } from '@/shared/ui/code-line';
import { Page } from '@/shared/ui/page';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/states';

import { SourceCard } from './source-card';

/** Health is a heartbeat and makes no event while it is good. */
const HEARTBEAT_MS = 15_000;

export function SourcesPage() {
  const sources = useQuery({ ...sourcesQuery, refetchInterval: HEARTBEAT_MS });
  return (
    <Page title={t('sources.title')} count={sources.data?.length} className="overflow-y-auto">
      <div className="mx-auto flex max-w-3xl flex-col gap-4 px-4 py-5 md:px-8 md:py-8">
        {sources.isPending && <Skeleton className="h-64 rounded-xl" />}
        {sources.isError && !sources.data && <ErrorState error={sources.error} onRetry={() => void sources.refetch()} />}
        {sources.data?.length === 0 && (
          <EmptyState icon={Radio} title={t('sources.empty.title')}>
            <p className="mb-4">{t('sources.empty.detail')}</p>
            <CodeLine code="tasktracker apply -f source.yaml" label={t('command')} />
          </EmptyState>
        )}
        {sources.data?.map((source) => (
          <SourceCard key={sourceKey(source)} source={source} />
        ))}
      </div>
    </Page>
  );
}
