/** Which models judge messages, whether each works, and how much they may use. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, Zap } from 'lucide-react';

import { providersQuery, tryProvider } from '@/shared/api/settings';
import { meQuery } from '@/shared/api/system';
import type { JudgingModel, ProviderList, ProviderTrial } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { formatDuration } from '@/shared/i18n/durations';
import { formatNumber, formatPercent, t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';

import { Intro, list, Loaded, row } from './frame';

const MS = 1000;

function Outcome({ trial, error }: { trial: ProviderTrial | undefined; error: unknown }) {
  const found = trial ?? (error === null ? undefined : { ok: false, detail: explain(error), cure: null, latency_ms: 0 });
  if (!found) return null;
  const Icon = found.ok ? CircleCheck : CircleAlert;
  const said = found.cure ? `${found.detail}. ${found.cure}` : found.detail;
  return (
    <p className={cn('flex items-start gap-2', found.ok ? 'text-green' : 'text-red')}>
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" strokeWidth={1.75} />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {said}
        {found.ok && ` · ${formatDuration(found.latency_ms / MS)}`}
      </span>
    </p>
  );
}

function Model({ provider, admin }: { provider: JudgingModel; admin: boolean }) {
  const test = useMutation({ mutationFn: () => tryProvider(provider.name) });
  const { name, model, remote, threshold } = provider;
  return (
    <li className={row}>
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">
          {name} <span className="font-normal text-muted">{model}</span>
        </p>
        <p className="text-xs text-faint">
          {threshold === null ? t('models.embedded') : t('models.asked', { share: formatPercent(threshold) })}
          {threshold !== null && ` · ${t(remote ? 'models.remote' : 'models.near')}`}
        </p>
      </div>
      {admin && (
        <Button disabled={test.isPending} onClick={() => test.mutate()} aria-label={t('models.test.name', { name })}>
          <Zap aria-hidden="true" className="size-4" strokeWidth={1.75} />
          {t(test.isPending ? 'test.running' : 'models.test')}
        </Button>
      )}
      <div role="status" className="basis-full empty:hidden">
        <Outcome trial={test.data} error={test.error} />
      </div>
    </li>
  );
}

function Budget({ budget: { used_today: used, limit } }: { budget: ProviderList['budget'] }) {
  const share = limit === null ? 0 : Math.min(1, used / limit);
  return (
    <section aria-labelledby="budget" className="flex flex-col gap-2">
      <h3 id="budget" className="font-semibold">
        {t('models.budget')}
      </h3>
      <p className="nums">
        {limit === null
          ? t('models.used', { used: formatNumber(used) })
          : t('models.usedOf', { used: formatNumber(used), limit: formatNumber(limit), share: formatPercent(share) })}
      </p>
      {limit !== null && (
        <span aria-hidden="true" className="block h-2 rounded-full bg-pressed">
          <span className={cn('block h-full rounded-full', share < 1 ? 'bg-accent' : 'bg-red')} style={{ width: `${share * 100}%` }} />
        </span>
      )}
      <p className="text-muted">
        {t(limit === null ? 'models.budget.none' : 'models.budget.detail')}{' '}
        <Link to="/statistics" hash="models" className="text-accent-ink underline underline-offset-2">
          {t('models.spent')}
        </Link>
      </p>
    </section>
  );
}

export function Models() {
  const admin = useQuery(meQuery).data?.member.role === 'admin';
  const providers = useQuery(providersQuery);
  return (
    <>
      <Intro title={t('settings.models')} detail={t('models.detail')} />
      <Loaded query={providers}>
        {({ items, budget }) => (
          <>
            <ul className={list}>
              {items.map((provider) => (
                <Model key={provider.name} provider={provider} admin={admin} />
              ))}
            </ul>
            <Budget budget={budget} />
            <p className="text-muted">{t('models.configure')}</p>
          </>
        )}
      </Loaded>
    </>
  );
}
