/** What happened to the task and what people said about it, in one order. */
import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';

import { taskCommentsQuery, taskEventsQuery } from '@/shared/api/tasks';
import type { Comment, TrackerEvent } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { Markdown } from '@/shared/markdown/markdown';
import { Avatar } from '@/shared/ui/avatar';
import { RelativeTime } from '@/shared/ui/relative-time';
import { ErrorState, Skeleton } from '@/shared/ui/states';

import { CommentBox } from './comment-box';
import { describeEvent } from './describe-event';

/** Shown as what they made: the comment itself, the message itself. */
const silent = new Set(['comment.created', 'message.recorded']);

type Entry = { key: string; at: string; event?: TrackerEvent; comment?: Comment };

function timeline(events: TrackerEvent[], comments: Comment[]): Entry[] {
  return [
    // Oldest first, like the comments; what happened in one transaction has one time and keeps this order.
    ...events.toReversed().filter(({ verb }) => !silent.has(verb)).map((event) => ({ key: `e${event.id}`, at: event.at, event })),
    ...comments.map((comment) => ({ key: `c${comment.id}`, at: comment.created_at, comment })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function EventEntry({ event }: { event: TrackerEvent }) {
  const who = event.actor.kind === 'system' ? t('actor.system') : event.actor.name;
  return (
    <li className="flex gap-2.5 px-1 text-xs text-muted">
      <span aria-hidden="true" className="mt-1.5 mr-1.5 ml-1.5 size-1.5 shrink-0 rounded-full bg-line-strong" />
      <p className="min-w-0 flex-1">
        <span className="font-medium text-ink">{who}</span> {describeEvent(event).join(', ')}
        <span className="text-faint">
          {' · '}
          <RelativeTime at={event.at} />
        </span>
      </p>
    </li>
  );
}

function CommentEntry({ comment }: { comment: Comment }) {
  const name = comment.author?.name ?? t('sender.unknown');
  return (
    <li>
      <article aria-label={t('comment.by', { author: name })} className="rounded-lg border border-dashed border-amber/40 bg-amber-soft px-3.5 py-2.5">
        <header className="flex items-center gap-2">
          <Avatar name={name} />
          <span className="font-medium">{name}</span>
          <RelativeTime at={comment.created_at} className="text-xs text-muted" />
          <span className="ml-auto inline-flex items-center gap-1 text-xs text-amber">
            <Lock aria-hidden="true" className="size-3" strokeWidth={2} />
            {t('comment.label')}
          </span>
        </header>
        <Markdown text={comment.body} className="mt-1.5 text-base" />
      </article>
    </li>
  );
}

export function Activity({ taskId }: { taskId: string }) {
  const events = useQuery(taskEventsQuery(taskId));
  const comments = useQuery(taskCommentsQuery(taskId));
  const failed = events.error ?? comments.error;
  return (
    <section aria-labelledby="activity" className="flex flex-col gap-4">
      <h2 id="activity" className="text-base font-semibold">
        {t('activity.title')}
      </h2>
      {failed && <ErrorState error={failed} onRetry={() => void Promise.all([events.refetch(), comments.refetch()])} />}
      {(events.isPending || comments.isPending) && <Skeleton className="h-4 w-64" />}
      {events.data && comments.data && (
        <ol className="flex flex-col gap-3">
          {timeline(events.data.items, comments.data.items).map(({ key, event, comment }) =>
            event ? <EventEntry key={key} event={event} /> : comment && <CommentEntry key={key} comment={comment} />,
          )}
        </ol>
      )}
      <CommentBox taskId={taskId} />
    </section>
  );
}
