/** An empty inbox is either a day's work done or a first day: the second one is shown how to send a message. */
import { useQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';

import { webhooksQuery } from '@/shared/api/manifests';
import { ledgerQuery } from '@/shared/api/system';
import { t } from '@/shared/i18n/translate';
import { webhookToTry } from '@/shared/sources/webhook-to-try';
import { CodeLine } from '@/shared/ui/code-line';
import { EmptyState } from '@/shared/ui/states';

export function InboxEmpty() {
  const webhooks = useQuery(webhooksQuery);
  const ledger = useQuery(ledgerQuery);
  const curl = webhookToTry(webhooks.data)?.curl;
  const first = ledger.data?.received === 0;
  return (
    <EmptyState icon={Inbox} title={t(first ? 'inbox.first.title' : 'inbox.empty.title')}>
      <p>{t(first ? 'inbox.first.detail' : 'inbox.empty.detail')}</p>
      <div className="mt-6 flex flex-col gap-1.5 text-left md:w-lg">
        <p className="text-xs text-faint">{t('inbox.try')}</p>
        <CodeLine code={`.venv/bin/tasktracker send "${t('source.curl.example')}"`} label={t('command')} />
        {curl && (
          <>
            <p className="mt-2.5 text-xs text-faint">{t('start.message.curl')}</p>
            <CodeLine code={curl} label={t('source.curl')} />
          </>
        )}
      </div>
    </EmptyState>
  );
}
