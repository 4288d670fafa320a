/** An empty inbox is either a day's work done or a first day: the second one is shown how to send a message. */
import { useQuery } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';

import { ledgerQuery, sourcesQuery } from '@/shared/api/system';
import { t } from '@/shared/i18n/translate';
import { curlLine } from '@/shared/sources/curl-line';
import { CodeLine } from '@/shared/ui/code-line';
import { EmptyState } from '@/shared/ui/states';

export function InboxEmpty() {
  const sources = useQuery(sourcesQuery);
  const ledger = useQuery(ledgerQuery);
  const webhook = sources.data?.find((source) => source.webhook_url !== null);
  const first = ledger.data?.received === 0;
  return (
    <EmptyState icon={Inbox} title={t(first ? 'inbox.first.title' : 'inbox.empty.title')}>
      <p>{t(first ? 'inbox.first.detail' : 'inbox.empty.detail')}</p>
      <div className="mt-6 flex flex-col gap-1.5 text-left md:w-lg">
        <p className="text-xs text-faint">{t('inbox.try')}</p>
        <CodeLine code={`.venv/bin/tasktracker send "${t('source.curl.example')}"`} label={t('command')} />
        {webhook && (
          <>
            <p className="mt-2.5 text-xs text-faint">{t('inbox.tryCurl')}</p>
            <CodeLine code={curlLine(webhook)} label={t('source.curl')} />
          </>
        )}
      </div>
    </EmptyState>
  );
}
