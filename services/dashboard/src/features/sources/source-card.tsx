import { Link } from '@tanstack/react-router';

import type { Source, Webhook } from '@/shared/api/types';
import { plural, t } from '@/shared/i18n/translate';
import { BalanceBar, parts } from '@/shared/ledger/balance-bar';
import { sourceKey, SourceIcon } from '@/shared/sources/source-label';
import { percent } from '@/shared/tasks/confidence';
import { RelativeTime } from '@/shared/ui/relative-time';
import { StatusDot, toneOf } from '@/shared/ui/status-dot';

import { SourceActions } from './source-actions';
import { TestButton } from './test-button';
import { WebhookRow } from './webhook-row';

function Health({ source }: { source: Source }) {
  if (!source.configured) return null;
  if (source.suspended) {
    return (
      <span className="inline-flex items-center gap-2 text-muted">
        <StatusDot tone="none" />
        {t('source.suspended')}
      </span>
    );
  }
  return (
    <span className="inline-flex items-center gap-2">
      <StatusDot tone={toneOf(source.health.state)} />
      {t(`health.${source.health.state}`)}
    </span>
  );
}

function autonomyText({ autonomy, auto_threshold: threshold }: Source): string {
  if (autonomy !== 'Auto') return t(`autonomy.${autonomy}`);
  // The manifest counts in percent, other parts of the API in fractions.
  return t('autonomy.Auto', { threshold: percent(threshold > 1 ? threshold / 100 : threshold) });
}

type Props = { source: Source; webhooks: readonly Webhook[]; admin: boolean };

/** One channel: whether it really receives, what it brought, and how to send to it. */
export function SourceCard({ source, webhooks, admin }: Props) {
  const { counts } = source;
  return (
    <article aria-label={sourceKey(source)} className="flex flex-col gap-4 rounded-xl border bg-surface p-4 shadow-card md:p-5">
      <header className="flex items-start gap-3">
        <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-hover text-muted">
          <SourceIcon kind={source.kind} className="size-4.5" />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base font-semibold">{sourceKey(source)}</h2>
          <p className="text-muted">
            {source.sample ? t('source.sample') : `${t(`kind.${source.kind}`)} · ${autonomyText(source)}`}
            {source.health.account && ` · ${source.health.account}`}
          </p>
        </div>
        <Health source={source} />
        {admin && source.configured && <SourceActions source={source} />}
      </header>
      {source.health.message && source.health.state !== 'ready' && !source.suspended && (
        <p className="rounded-lg bg-amber-soft px-3 py-2 text-amber">{source.health.message}</p>
      )}
      <div className="flex flex-col gap-2">
        <BalanceBar balance={counts} />
        <p className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
          <Link to="/messages" search={{ source: sourceKey(source) }} className="nums font-medium text-ink underline-offset-2 hoverable:underline">
            {plural('count.received', counts.received)}
          </Link>
          {parts
            .filter(({ name }) => counts[name] > 0)
            .map(({ name, state }) => (
              <Link
                key={name}
                to="/messages"
                search={{ source: sourceKey(source), state }}
                className="nums underline-offset-2 hoverable:underline"
              >
                {plural(`count.${name}`, counts[name])}
              </Link>
            ))}
          <span className="ml-auto text-faint">
            {source.last_message_at ? (
              <>
                {t('source.lastMessage')} <RelativeTime at={source.last_message_at} />
              </>
            ) : (
              t('source.noMessage')
            )}
          </span>
        </p>
      </div>
      {webhooks.map((webhook) => (
        <WebhookRow key={webhook.name} webhook={webhook} admin={admin} named={webhooks.length > 1} suspended={source.suspended} />
      ))}
      {admin && source.configured && source.kind !== 'webhook' && webhooks.length === 0 && <TestButton target={source} webhook={false} />}
    </article>
  );
}
