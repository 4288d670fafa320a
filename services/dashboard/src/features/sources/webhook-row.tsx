/** One address of a Source: where to send, how it is, and the change of its secret. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Terminal } from 'lucide-react';
import { useState } from 'react';

import { keys } from '@/shared/api/keys';
import { endRotation } from '@/shared/api/manifests';
import type { Webhook } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { formatFull } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { CodeLine } from '@/shared/ui/code-line';
import { StatusDot, toneOf } from '@/shared/ui/status-dot';
import { toast } from '@/shared/ui/toast-store';

import { RotateDialog } from './rotate-dialog';
import { TestButton } from './test-button';

export function WebhookRow({ webhook, admin, named, suspended }: { webhook: Webhook; admin: boolean; named: boolean; suspended: boolean }) {
  const client = useQueryClient();
  const [rotating, setRotating] = useState(false);
  const [curl, setCurl] = useState(false);
  const end = useMutation({
    mutationFn: () => endRotation(webhook),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.sources }),
    onError: (error) => toast({ tone: 'problem', title: t('source.notChanged', { name: webhook.name }), detail: explain(error) }),
  });
  const { health, rotation } = webhook;
  return (
    <section aria-label={t('webhook.of', { name: webhook.name })} className="flex flex-col gap-2.5">
      {(named || (health.state !== 'ready' && !suspended)) && (
        <p className="flex items-center gap-2 text-muted">
          <StatusDot tone={webhook.suspended ? 'none' : toneOf(health.state)} />
          <span className="min-w-0">
            {webhook.name} · {webhook.provider}
            {health.state !== 'ready' && health.message && <span className="text-amber"> · {health.message}</span>}
          </span>
        </p>
      )}
      {webhook.url && <CodeLine code={webhook.url} label={t('source.url')} />}
      {curl && webhook.curl && <CodeLine code={webhook.curl} label={t('source.curl')} />}
      {rotation && (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg bg-accent-soft px-3 py-2">
          <span className="min-w-0 flex-1">
            {rotation.until ? t('rotate.until', { until: formatFull(rotation.until) }) : t('rotate.open')}
          </span>
          {admin && (
            <Button tone="link" disabled={end.isPending} onClick={() => end.mutate()}>
              {t('rotate.end')}
            </Button>
          )}
        </p>
      )}
      <div className="flex flex-wrap items-start gap-2">
        {admin && <TestButton target={webhook} webhook />}
        {webhook.curl && (
          <Button tone="quiet" aria-expanded={curl} onClick={() => setCurl(!curl)}>
            <Terminal aria-hidden="true" className="size-4" strokeWidth={1.75} />
            {t('source.curl')}
          </Button>
        )}
        {admin && webhook.secret && !rotation && (
          <Button tone="quiet" onClick={() => setRotating(true)}>
            <KeyRound aria-hidden="true" className="size-4" strokeWidth={1.75} />
            {t('rotate.action')}
          </Button>
        )}
      </div>
      {rotating && <RotateDialog webhook={webhook} onClose={() => setRotating(false)} />}
    </section>
  );
}
