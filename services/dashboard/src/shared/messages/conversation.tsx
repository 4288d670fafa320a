/** What people wrote, in order, as they wrote it. Text only: nothing in a message is ever markup or instruction. */
import { CornerUpLeft, ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';

import type { Message, TaskDetail } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { SourceLabel } from '@/shared/sources/source-label';
import { Avatar } from '@/shared/ui/avatar';
import { cn } from '@/shared/ui/cn';
import { RelativeTime } from '@/shared/ui/relative-time';

import { Attachments } from './attachments';
import { senderName } from './sender-name';

/** Only web addresses are links; a `javascript:` URL from outside is not. */
const isWeb = (url: string) => /^https?:\/\//i.test(url);

type ReplyTo = { can: (message: Message) => boolean; run: (message: Message) => void };

type ItemProps = {
  message: Message;
  showSource: boolean;
  title: string | undefined;
  context: boolean;
  replyTo: ReplyTo | undefined;
};

function MessageItem({ message, showSource, title, context, replyTo }: ItemProps) {
  const name = senderName(message);
  return (
    <div className={cn('flex gap-3 py-4', context && 'text-muted')}>
      <Avatar name={message.sender.name || message.sender.address || ''} large className="mt-0.5" />
      <article className="min-w-0 flex-1">
        <header className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{name}</span>
          {message.sender.address && message.sender.address !== name && (
            <span className="min-w-0 truncate text-xs text-faint">{message.sender.address}</span>
          )}
          <RelativeTime at={message.sent_at} className="text-xs text-faint" />
        </header>
        {message.subject && message.subject !== title && <p className="mt-1 font-medium">{message.subject}</p>}
        <p className="mt-1 text-base prose-plain">{message.text}</p>
        <Attachments files={message.attachments} />
        <footer className="mt-2 flex items-center gap-3 text-xs text-faint empty:hidden">
          {showSource && <SourceLabel source={message.source} />}
          {message.url && isWeb(message.url) && (
            <a href={message.url} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 hoverable:text-ink">
              <ExternalLink aria-hidden="true" className="size-3.5" strokeWidth={1.75} />
              {t('message.open')}
            </a>
          )}
          {replyTo?.can(message) && (
            <button type="button" onClick={() => replyTo.run(message)} className="inline-flex items-center gap-1 py-1 hoverable:text-ink">
              <CornerUpLeft aria-hidden="true" className="size-3.5" strokeWidth={1.75} />
              {t('reply.toThis')}
            </button>
          )}
        </footer>
      </article>
    </div>
  );
}

/** The tasks whose messages are the task's own: itself and what was merged into it. */
export const ownTasks = ({ id, merged }: Pick<TaskDetail, 'id' | 'merged'>): ReadonlySet<string> =>
  new Set([id, ...merged.map((task) => task.id)]);

/** What stands between the messages, at its time. */
type Between = { key: string; at: string; node: ReactNode };

type Props = {
  messages: readonly Message[];
  title?: string;
  own?: ReadonlySet<string>;
  between?: readonly Between[];
  /** Offered at each message that it can. */
  replyTo?: ReplyTo | undefined;
};

/**
 * `title` is what stands above already; a subject that only repeats it is left out. With `own`, what was said around
 * the messages of these tasks stands back.
 */
export function Conversation({ messages, title, own, between = [], replyTo }: Props) {
  // Which channel it was is news only when there are several.
  const showSource = new Set(messages.map((message) => message.source.id)).size > 1;
  const entries = [
    ...messages.map((message) => ({
      key: message.id,
      // A sender's clock may be wrong, and what came late would stand above what was answered.
      at: message.received_at,
      node: (
        <MessageItem
          message={message}
          showSource={showSource}
          title={title}
          context={own !== undefined && !own.has(message.task?.id ?? '')}
          replyTo={replyTo}
        />
      ),
      framed: false,
    })),
    ...between.map((entry) => ({ ...entry, framed: true })),
  ];
  if (between.length > 0) entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <ol className="flex flex-col">
      {entries.map(({ key, node, framed }, place) => (
        <li key={key} className={framed ? 'py-2' : cn('first:*:pt-0', place > 0 && !entries[place - 1]?.framed && 'border-t')}>
          {node}
        </li>
      ))}
    </ol>
  );
}
