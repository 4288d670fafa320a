/** One message whole: what it said, what became of it and why, and where to look further. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { RotateCcw, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { keys } from '@/shared/api/keys';
import { messageQuery, retriageMessage } from '@/shared/api/messages';
import type { MessageDetail as Detail } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { formatFull } from '@/shared/i18n/dates';
import { t, type MessageKey } from '@/shared/i18n/translate';
import { Conversation } from '@/shared/messages/conversation';
import { StateIcon } from '@/shared/messages/state';
import { SourceLabel } from '@/shared/sources/source-label';
import { StatusIcon } from '@/shared/tasks/icons';
import { VerdictCard } from '@/shared/tasks/verdict-card';
import { BackLink } from '@/shared/ui/back-link';
import { Button } from '@/shared/ui/button';
import { CopyButton } from '@/shared/ui/copy-button';
import { ErrorState, Skeleton } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast-store';

import { CorrectionBar } from './correction-bar';

function Fact({ label, children }: { label: MessageKey; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-center gap-3">
      <dt className="w-28 shrink-0 text-faint">{t(label)}</dt>
      <dd className="flex min-w-0 flex-1 items-center gap-1 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Outcome({ message }: { message: Detail }) {
  return (
    <section aria-label={t('message.outcome')} className="flex flex-col gap-3">
      <p className="flex items-start gap-2">
        <StateIcon value={message.state} decorative className="mt-0.5" />
        <span>
          <span className="font-medium">{t(`state.${message.state}`)}</span>
          {message.state_reason && <span className="text-muted"> · {message.state_reason}</span>}
        </span>
      </p>
      {message.task && (
        <Link
          to="/tasks/$number"
          params={{ number: String(message.task.number) }}
          className="flex items-center gap-2.5 rounded-lg border bg-surface px-3 py-2.5 shadow-card hoverable:border-line-strong"
        >
          <StatusIcon value={message.task.status} labelled />
          <span className="nums text-faint">#{message.task.number}</span>
          <span className="min-w-0 flex-1 truncate font-medium">{message.task.title}</span>
        </Link>
      )}
      {message.last_error && (
        <p className="rounded-lg bg-red-soft px-3 py-2 text-red [overflow-wrap:anywhere]">{message.last_error}</p>
      )}
      {message.verdict && <VerdictCard {...message.verdict} how={message.verdict} />}
      <div className="flex empty:hidden">
        <CorrectionBar message={message} />
      </div>
    </section>
  );
}

function Body({ message }: { message: Detail }) {
  return (
    <div className="flex flex-col gap-7 px-4 py-5 md:px-6">
      <Conversation messages={[message]} />
      <Outcome message={message} />
      <dl>
        <Fact label="property.source">
          <SourceLabel source={message.source} />
        </Fact>
        <Fact label="message.received">{formatFull(message.received_at)}</Fact>
        <Fact label="message.externalId">
          <code className="truncate font-mono text-xs">{message.external_id}</code>
          <CopyButton text={message.external_id} label={t('copy.what', { what: t('message.externalId') })} />
        </Fact>
        {message.trace_id && (
          <Fact label="message.trace">
            <code className="truncate font-mono text-xs">{message.trace_id}</code>
            <CopyButton text={message.trace_id} label={t('copy.what', { what: t('message.trace') })} />
          </Fact>
        )}
        <Fact label="message.attempts">{message.attempts}</Fact>
      </dl>
      {message.raw && (
        <details className="rounded-lg border">
          <summary className="px-3 py-2 text-muted">{t('message.raw')}</summary>
          <pre className="max-h-80 overflow-auto border-t bg-chrome px-3 py-2 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
            {message.raw}
          </pre>
        </details>
      )}
    </div>
  );
}

export function MessageDetail({ id }: { id: string }) {
  const client = useQueryClient();
  const message = useQuery(messageQuery(id));
  const retriage = useMutation({
    mutationFn: () => retriageMessage(id),
    onSuccess: () => {
      toast({ title: t('message.retriaging') });
      void client.invalidateQueries({ queryKey: keys.messages });
    },
    onError: (error) => toast({ tone: 'problem', title: t('message.retriageFailed'), detail: explain(error) }),
  });
  return (
    <section aria-label={t('message.title')} className="flex h-full min-w-0 flex-1 flex-col border-l max-md:border-l-0">
      <header className="flex h-14 shrink-0 items-center gap-1 border-b px-2 md:h-12">
        <BackLink to="." search={(before) => ({ ...before, message: undefined })} icon={X} label={t('close')} />
        <span className="font-medium">{t('message.title')}</span>
        <Button tone="quiet" className="ml-auto" disabled={retriage.isPending} onClick={() => retriage.mutate()}>
          <RotateCcw aria-hidden="true" className="size-4" strokeWidth={1.75} />
          {t('message.retriage')}
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {message.data && <Body message={message.data} />}
        {message.isPending && (
          <div aria-busy="true" className="flex flex-col gap-3 px-6 py-5">
            <Skeleton className="h-4 w-40" />
            <Skeleton className="h-20 w-full" />
          </div>
        )}
        {message.isError && <ErrorState error={message.error} onRetry={() => void message.refetch()} />}
      </div>
    </section>
  );
}
