/** Each part of the installation by name: what it depends on, and what runs. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { healthQuery } from '@/shared/api/system';
import { t } from '@/shared/i18n/translate';
import { Page } from '@/shared/ui/page';
import { RelativeTime } from '@/shared/ui/relative-time';
import { ErrorState, Skeleton } from '@/shared/ui/states';
import { StatusDot, toneOf } from '@/shared/ui/status-dot';

type Part = {
  name: string;
  status: 'ready' | 'degraded' | 'offline' | 'ok' | 'down';
  detail: string;
  fact: ReactNode;
};

function Parts({ title, parts }: { title: string; parts: readonly Part[] }) {
  if (parts.length === 0) return null;
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-base font-semibold">{title}</h2>
      <ul className="divide-y rounded-xl border bg-surface">
        {parts.map(({ name, status, detail, fact }) => (
          <li key={name} className="flex min-h-12 items-center gap-3 px-4 py-2.5">
            <StatusDot tone={toneOf(status)} />
            <div className="min-w-0 flex-1 md:flex md:items-baseline md:gap-3">
              <p className="truncate font-medium md:w-52 md:shrink-0">{name}</p>
              {detail && <p className="min-w-0 text-muted">{detail}</p>}
            </div>
            <div className="flex shrink-0 flex-col items-end">
              <span className="text-muted">{t(`health.${status}`)}</span>
              <span className="nums text-xs text-faint">{fact}</span>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function HealthPage() {
  const health = useQuery(healthQuery);
  const report = health.data;
  return (
    <Page title={t('health.title')} className="overflow-y-auto">
      {health.isPending && (
        <div aria-busy="true" className="mx-auto max-w-3xl px-4 py-6 md:px-8 md:py-9">
          <Skeleton className="h-72 rounded-xl" />
        </div>
      )}
      {health.isError && !report && <ErrorState error={health.error} onRetry={() => void health.refetch()} />}
      {report && (
        <div className="mx-auto flex max-w-3xl flex-col gap-8 px-4 py-6 md:px-8 md:py-9">
          <p role="status" className="flex items-center gap-2.5 text-lg font-semibold">
            <StatusDot tone={toneOf(report.status)} className="size-2.5" />
            {t(`health.is.${report.status}`)}
            <span className="ml-auto text-sm font-normal text-faint">{t('health.version', { version: report.version })}</span>
          </p>
          <Parts
            title={t('health.dependencies')}
            parts={report.dependencies.map(({ latency_ms: latency, ...part }) => ({
              ...part,
              fact: latency === null ? null : t('health.latency', { ms: latency.toFixed(1) }),
            }))}
          />
          <Parts
            title={t('health.components')}
            parts={report.components.map(({ last_seen: seen, ...part }) => ({ ...part, fact: seen && <RelativeTime at={seen} /> }))}
          />
        </div>
      )}
    </Page>
  );
}
