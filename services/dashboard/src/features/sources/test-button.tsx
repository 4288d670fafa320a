/** Tries a channel: a webhook with a real signed message, another one by asking its process. */
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, Zap } from 'lucide-react';

import { testSource, testWebhook } from '@/shared/api/manifests';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';

type Outcome = { ok: boolean; detail: string; message_id?: string | null };

type Props = { target: { namespace: string; name: string }; webhook: boolean; primary?: boolean };

export function TestButton({ target, webhook, primary = false }: Props) {
  const test = useMutation<Outcome>({ mutationFn: () => (webhook ? testWebhook(target) : testSource(target)) });
  const outcome: Outcome | undefined = test.error ? { ok: false, detail: explain(test.error) } : test.data;
  const Icon = outcome?.ok ? CircleCheck : CircleAlert;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Button tone={primary ? 'primary' : 'plain'} disabled={test.isPending} onClick={() => test.mutate()} className="self-start">
        <Zap aria-hidden="true" className="size-4" strokeWidth={1.75} />
        {t(test.isPending ? 'test.running' : webhook ? 'test.send' : 'test.ask')}
      </Button>
      <div role="status" className="empty:hidden">
        {outcome && (
          <p className={cn('flex items-start gap-2', outcome.ok ? 'text-green' : 'text-red')}>
            <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" strokeWidth={1.75} />
            <span className="min-w-0 [overflow-wrap:anywhere]">
              {outcome.detail}{' '}
              {outcome.message_id && (
                <Link to="/messages" search={{ message: outcome.message_id }} className="font-medium underline underline-offset-2">
                  {t('test.see')}
                </Link>
              )}
            </span>
          </p>
        )}
      </div>
    </div>
  );
}
