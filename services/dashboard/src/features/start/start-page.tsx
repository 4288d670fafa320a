/** An empty installation leads to its first triaged message: a channel, a message, a verdict that can be corrected. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, Send } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { keys } from '@/shared/api/keys';
import { testWebhook, webhooksQuery } from '@/shared/api/manifests';
import { messageListQuery } from '@/shared/api/messages';
import { meQuery } from '@/shared/api/system';
import type { Message, Webhook } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { StateIcon } from '@/shared/messages/state';
import { webhookToTry } from '@/shared/sources/webhook-to-try';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';
import { CodeLine } from '@/shared/ui/code-line';
import { Field, TextArea } from '@/shared/ui/field';
import { Page } from '@/shared/ui/page';
import { Skeleton } from '@/shared/ui/states';

import { SampleData } from './sample-data';

type StepProps = { number: number; title: string; done: boolean; children: ReactNode };

function Step({ number, title, done, children }: StepProps) {
  return (
    <li className="flex gap-4">
      <span
        className={cn(
          'mt-0.5 flex size-7 shrink-0 items-center justify-center rounded-full border font-semibold',
          done ? 'border-green bg-green-soft text-green' : 'border-line-strong text-muted',
        )}
      >
        {done ? <Check aria-label={t('start.done')} className="size-4" strokeWidth={2.25} /> : number}
      </span>
      <section aria-label={title} className="flex min-w-0 flex-1 flex-col gap-3 pb-8">
        <h2 className="text-lg font-semibold">{title}</h2>
        {children}
      </section>
    </li>
  );
}

function Channel({ webhook, admin }: { webhook: Webhook | undefined; admin: boolean }) {
  return (
    <>
      <p className="text-muted">{t(webhook ? 'start.channel.ready' : 'start.channel.none')}</p>
      {webhook?.url && <CodeLine code={webhook.url} label={t('source.url')} />}
      {admin && (
        <Link to="/sources/new" className="self-start text-accent-ink underline-offset-2 hoverable:underline">
          {t('start.channel.other')}
        </Link>
      )}
    </>
  );
}

function FirstMessage({ webhook, admin }: { webhook: Webhook | undefined; admin: boolean }) {
  const client = useQueryClient();
  const [text, setText] = useState<string>(t('source.curl.example'));
  const send = useMutation({
    mutationFn: (to: Webhook) => testWebhook(to, text.trim()),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.messages }),
  });
  const problem = send.error ? explain(send.error) : send.data && !send.data.ok ? send.data.detail : null;
  if (!webhook) return <p className="text-muted">{t('start.message.later')}</p>;
  return (
    <>
      {admin && (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate(webhook);
          }}
        >
          <Field label={t('start.message.label')} error={problem}>
            <TextArea value={text} onChange={(event) => setText(event.target.value)} />
          </Field>
          <Button tone="primary" type="submit" disabled={send.isPending || text.trim() === ''} className="self-start">
            <Send aria-hidden="true" className="size-4" strokeWidth={1.75} />
            {t('start.message.send')}
          </Button>
        </form>
      )}
      {webhook.curl && (
        <div className="flex flex-col gap-1.5">
          <p className="text-xs text-faint">{t('start.message.curl')}</p>
          <CodeLine code={webhook.curl} label={t('source.curl')} />
        </div>
      )}
    </>
  );
}

function Verdict({ message }: { message: Message | undefined }) {
  if (!message) return <p className="text-muted">{t('start.verdict.none')}</p>;
  const waiting = message.state === 'waiting';
  return (
    <>
      <div className="flex flex-col gap-2 rounded-xl border bg-surface p-4 shadow-card">
        <p className="line-clamp-3 text-base [overflow-wrap:anywhere]">{message.subject || message.text}</p>
        <p role="status" className="flex items-start gap-2 text-muted">
          <StateIcon value={message.state} decorative className="mt-0.5" />
          <span>
            <span className="font-medium text-ink">
              {waiting ? t('start.verdict.waiting') : message.verdict ? t(`category.${message.verdict.category}`) : t(`state.${message.state}`)}
            </span>
            {message.verdict && ` · ${message.verdict.reason}`}
          </span>
        </p>
      </div>
      {!waiting && (
        <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
          {message.task ? (
            <Link
              to="/inbox/$number"
              params={{ number: String(message.task.number) }}
              className="inline-flex h-10 items-center rounded-md bg-accent px-3 font-medium text-on-accent shadow-card hoverable:bg-accent-hover md:h-8"
            >
              {t('start.verdict.inbox', { number: message.task.number })}
            </Link>
          ) : (
            <Link
              to="/messages"
              search={{ message: message.id }}
              className="inline-flex h-10 items-center rounded-md bg-accent px-3 font-medium text-on-accent shadow-card hoverable:bg-accent-hover md:h-8"
            >
              {t('start.verdict.message')}
            </Link>
          )}
          <p className="text-muted">{t('start.verdict.learns')}</p>
        </div>
      )}
    </>
  );
}

export function StartPage() {
  const me = useQuery(meQuery);
  const webhooks = useQuery(webhooksQuery);
  const messages = useInfiniteQuery(messageListQuery({}));
  const admin = me.data?.member.role === 'admin';
  // Samples are there to look at; the first message is one's own.
  const own = messages.data?.pages[0]?.items.find(({ source }) => `${source.namespace}/${source.name}` !== 'default/samples');
  const webhook = webhookToTry(webhooks.data);
  // Shown when all of it is known: a step that grows would push the next ones away from under a finger.
  const loading = webhooks.isPending || messages.isPending || me.isPending;
  return (
    <Page title={t('start.title')} className="overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col px-4 py-6 md:px-8 md:py-10" aria-busy={loading}>
        <p className="mb-8 text-base text-muted">{t('start.detail')}</p>
        {loading ? (
          <Skeleton className="h-96 rounded-xl" />
        ) : (
          <>
            <ol className="flex flex-col">
              <Step number={1} title={t('start.channel')} done={webhook !== undefined}>
                <Channel webhook={webhook} admin={admin} />
              </Step>
              <Step number={2} title={t('start.message')} done={own !== undefined}>
                <FirstMessage webhook={webhook} admin={admin} />
              </Step>
              <Step number={3} title={t('start.verdict')} done={own?.state === 'task' || own?.state === 'ignored'}>
                <Verdict message={own} />
              </Step>
            </ol>
            <SampleData admin={admin} />
          </>
        )}
      </div>
    </Page>
  );
}
