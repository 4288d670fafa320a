/** The channels that messages come in by. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus, Radio } from 'lucide-react';

import { webhooksQuery } from '@/shared/api/manifests';
import { meQuery, sourcesQuery } from '@/shared/api/system';
import { t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { sourceKey } from '@/shared/sources/source-label';
import { Button } from '@/shared/ui/button';
import { Page } from '@/shared/ui/page';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/states';

import { SourceCard } from './source-card';

/** A change of health comes over the live connection; that a process has died nobody says. */
const HEARTBEAT_MS = 15_000;

export function SourcesPage() {
  const navigate = useNavigate();
  const me = useQuery(meQuery);
  const sources = useQuery({ ...sourcesQuery, refetchInterval: HEARTBEAT_MS });
  const webhooks = useQuery({ ...webhooksQuery, refetchInterval: HEARTBEAT_MS });
  const admin = me.data?.member.role === 'admin';
  // A card is as high as its webhooks: shown when both are known, so that nothing moves.
  const loading = sources.isPending || webhooks.isPending;
  const add = () => void navigate({ to: '/sources/new' });
  useShortcuts('sources.title', admin ? [{ keys: 'a', label: 'sources.add', run: add }] : []);
  const button = admin && (
    <Button tone="primary" hint="a" onClick={add}>
      <Plus aria-hidden="true" className="size-4" strokeWidth={1.75} />
      {t('sources.add')}
    </Button>
  );
  return (
    <Page title={t('sources.title')} count={sources.data?.length} actions={button} className="overflow-y-auto">
      <div className="mx-auto flex max-w-3xl flex-col gap-4 px-4 py-5 md:px-8 md:py-8">
        {loading && !sources.isError && <Skeleton className="h-64 rounded-xl" />}
        {sources.isError && !sources.data && <ErrorState error={sources.error} onRetry={() => void sources.refetch()} />}
        {sources.data?.length === 0 && (
          <EmptyState icon={Radio} title={t('sources.empty.title')}>
            {t('sources.empty.detail')}
          </EmptyState>
        )}
        {!loading &&
          sources.data?.map((source) => (
            <SourceCard
              key={sourceKey(source)}
              source={source}
              admin={admin}
              webhooks={(webhooks.data ?? []).filter((webhook) => webhook.source === sourceKey(source))}
            />
          ))}
      </div>
    </Page>
  );
}
