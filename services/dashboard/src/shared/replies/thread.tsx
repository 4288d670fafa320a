/** The conversation both ways: what people wrote, what was answered, and the box for the next answer. */
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';

import { taskRepliesQuery } from '@/shared/api/replies';
import { meQuery, sourcesQuery } from '@/shared/api/system';
import type { Message, TaskDetail } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { Conversation, ownTasks } from '@/shared/messages/conversation';
import { sourceKey } from '@/shared/sources/source-label';
import { toast } from '@/shared/ui/toast-store';

import { addressees } from './addressees';
import { REPLY_KEY, ReplyBox } from './reply-box';
import { ReplyItem } from './reply-item';

/** Why nothing can go back, where nothing can. */
function NoWayBack({ messages }: { messages: readonly Message[] }) {
  const source = messages.at(-1)?.source;
  if (!source) return null;
  return (
    <p className="rounded-lg border border-dashed px-3.5 py-2.5 text-xs text-muted">
      {source.kind === 'webhook' ? t('reply.webhook') : t('reply.off', { source: sourceKey(source) })}
    </p>
  );
}

export function Thread({ task }: { task: TaskDetail }) {
  const replies = useQuery(taskRepliesQuery(task.id));
  const sources = useQuery(sourcesQuery);
  const me = useQuery(meQuery);
  const area = useRef<HTMLTextAreaElement>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const own = ownTasks(task);
  const possible = addressees(task.messages, own, sources.data ?? []);
  const to = possible.find(({ message }) => message.id === chosen) ?? possible[0];
  const role = me.data?.member.role;
  const mayWrite = role !== undefined && role !== 'viewer';
  const write = () => {
    if (area.current) area.current.focus();
    else toast({ title: t('reply.nobody', { number: task.number }) });
  };
  useShortcuts('conversation.title', [{ keys: REPLY_KEY, label: 'reply.write', run: write }]);
  const answered = (replies.data?.items ?? []).map((reply) => ({
    key: reply.id,
    at: reply.created_at,
    node: <ReplyItem reply={reply} />,
  }));
  return (
    <div className="flex flex-col gap-4">
      <Conversation
        messages={task.messages}
        title={task.title}
        own={own}
        between={answered}
        replyTo={
          mayWrite && possible.length > 1
            ? {
                can: (message) => possible.some((item) => item.message.id === message.id),
                run: (message) => {
                  setChosen(message.id);
                  write();
                },
              }
            : undefined
        }
      />
      {mayWrite && to && (
        <ReplyBox taskId={task.id} to={to} waits={to.source.reply.require_approval && role !== 'admin'} area={area} />
      )}
      {mayWrite && sources.data && !to && <NoWayBack messages={task.messages} />}
    </div>
  );
}
