/** A reply in the conversation: who wrote it to whom, its words, how far it has come, and what is to be done about it. */
import { useQuery } from '@tanstack/react-query';
import { CornerUpLeft, ExternalLink } from 'lucide-react';
import { useState } from 'react';

import { meQuery } from '@/shared/api/system';
import type { Reply } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { SourceLabel } from '@/shared/sources/source-label';
import { Button } from '@/shared/ui/button';
import { RelativeTime } from '@/shared/ui/relative-time';

import { RejectDialog } from './reject-dialog';
import { ReplySign } from './reply-sign';
import { useReplyActions } from './use-reply-actions';

const isWeb = (url: string) => /^https?:\/\//i.test(url);

function Answers({ reply }: { reply: Reply }) {
  const me = useQuery(meQuery);
  const { approve, reject, retry } = useReplyActions(reply);
  const [rejecting, setRejecting] = useState(false);
  const role = me.data?.member.role;
  if (reply.state === 'failed' && role !== 'viewer') {
    return (
      <Button onClick={retry} className="self-start">
        {t('reply.retry')}
      </Button>
    );
  }
  if (reply.state !== 'awaiting_approval') return null;
  if (role !== 'admin') return <p className="text-xs text-muted">{t('reply.waitsForAdmin')}</p>;
  return (
    <div className="flex gap-2">
      <Button tone="primary" onClick={approve}>
        {t('reply.approve')}
      </Button>
      <Button onClick={() => setRejecting(true)}>{t('reply.reject')}</Button>
      {rejecting && <RejectDialog reply={reply} onClose={() => setRejecting(false)} onReject={reject} />}
    </div>
  );
}

export function ReplyItem({ reply }: { reply: Reply }) {
  const author = reply.kind === 'status' ? t('reply.statusUpdate') : (reply.author?.name ?? t('sender.unknown'));
  return (
    <article
      aria-label={t('reply.by', { author, recipient: reply.recipient })}
      className="ml-5 flex flex-col gap-1.5 rounded-lg border border-l-[3px] border-l-accent bg-accent-soft px-3.5 py-2.5 md:ml-10"
    >
      <header className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        <CornerUpLeft aria-hidden="true" className="size-3.5 shrink-0 text-accent-ink" strokeWidth={2} />
        <span className="font-medium">{author}</span>
        <span className="text-muted">{t('reply.to', { recipient: reply.recipient })}</span>
        <SourceLabel source={reply.source} className="text-xs text-muted" />
        <RelativeTime at={reply.created_at} className="text-xs text-muted" />
        <span className="ml-auto">
          <ReplySign reply={reply} />
        </span>
      </header>
      <p className="text-base prose-plain">{reply.body}</p>
      {reply.error && (
        <p role={reply.state === 'failed' ? 'alert' : undefined} className="text-xs [overflow-wrap:anywhere] text-red">
          {reply.error}
        </p>
      )}
      <Answers reply={reply} />
      {(reply.approved_by ?? reply.url) && (
        <footer className="flex items-center gap-3 text-xs text-muted">
          {reply.approved_by && t('reply.approvedBy', { name: reply.approved_by })}
          {reply.url && isWeb(reply.url) && (
            <a href={reply.url} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 hoverable:text-ink">
              <ExternalLink aria-hidden="true" className="size-3.5" strokeWidth={1.75} />
              {t('message.open')}
            </a>
          )}
        </footer>
      )}
    </article>
  );
}
