/** The channel stands: its address, the secret for the last time, and the first message. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';

import { webhooksQuery } from '@/shared/api/manifests';
import { t } from '@/shared/i18n/translate';
import { CodeLine } from '@/shared/ui/code-line';

import { TestButton } from './test-button';

type Props = { namespace: string; name: string; secret: string | undefined; webhook: boolean };

export function ChannelReady({ namespace, name, secret, webhook }: Props) {
  const webhooks = useQuery({ ...webhooksQuery, enabled: webhook });
  const hook = webhooks.data?.find((item) => item.source === `${namespace}/${name}`);
  return (
    <div className="mx-auto flex max-w-2xl flex-col gap-6 px-4 py-8 md:px-8">
      <h2 className="flex items-center gap-2.5 text-lg font-semibold">
        <CircleCheck aria-hidden="true" className="size-5 text-green" strokeWidth={1.75} />
        {t('ready.title', { name: `${namespace}/${name}` })}
      </h2>
      {hook?.url && (
        <div className="flex flex-col gap-1.5">
          <p className="text-xs font-medium text-muted">{t('ready.url')}</p>
          <CodeLine code={hook.url} label={t('source.url')} />
        </div>
      )}
      {secret && (
        <div className="flex flex-col gap-1.5">
          <p className="text-xs font-medium text-muted">{t('ready.secret')}</p>
          <CodeLine code={secret} label={t('ready.secret.what')} />
          <p className="text-xs text-amber">{t('ready.secret.once')}</p>
        </div>
      )}
      {hook?.curl && (
        <div className="flex flex-col gap-1.5">
          <p className="text-xs font-medium text-muted">{t('ready.curl')}</p>
          <CodeLine code={hook.curl} label={t('source.curl')} />
        </div>
      )}
      <TestButton target={{ namespace, name: hook?.name ?? name }} webhook={webhook} primary />
      <Link to="/sources" className="self-start text-accent-ink underline-offset-2 hoverable:underline">
        {t('ready.all')}
      </Link>
    </div>
  );
}
