/** One suggestion: what it would become, why, and what people really wrote. */
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import type { Task, TaskDetail } from '@/shared/api/types';
import { Merged } from '@/shared/duplicates/merged';
import { Proposals } from '@/shared/duplicates/proposals';
import type { Duplicates } from '@/shared/duplicates/use-duplicates';
import { t } from '@/shared/i18n/translate';
import { Thread } from '@/shared/replies/thread';
import { SourceLabel } from '@/shared/sources/source-label';
import type { Openings } from '@/shared/tasks/correction-keys';
import { DuePicker } from '@/shared/tasks/due-picker';
import { AssigneePicker, CategoryPicker, PriorityPicker } from '@/shared/tasks/pickers';
import { originOf } from '@/shared/tasks/verdict';
import { VerdictCard } from '@/shared/tasks/verdict-card';
import { useIsPhone } from '@/shared/ui/media';
import { RelativeTime } from '@/shared/ui/relative-time';
import { ErrorState, Skeleton } from '@/shared/ui/states';

import type { InboxActions } from './use-inbox';

function ConversationSkeleton() {
  return (
    <div className="flex gap-3" aria-hidden="true">
      <Skeleton className="size-7 rounded-full" />
      <div className="flex flex-1 flex-col gap-2 pt-1">
        <Skeleton className="h-3 w-32" />
        <Skeleton className="mt-2 h-3 w-full" />
        <Skeleton className="h-3 w-4/5" />
      </div>
    </div>
  );
}

type Props = {
  task: Task;
  detail: UseQueryResult<TaskDetail>;
  change: InboxActions['changeShown'];
  opening: Openings;
  duplicates: Duplicates;
};

export function Suggestion({ task, detail, change, opening, duplicates }: Props) {
  // On a phone it is the whole page.
  const Heading = useIsPhone() ? 'h1' : 'h2';
  return (
    <article aria-label={task.title} className="mx-auto flex w-full max-w-[46rem] flex-col gap-5 px-4 py-5 md:px-10 md:py-9">
      <header className="flex flex-col gap-3">
        <p className="flex items-center gap-2 text-xs text-faint">
          <Link to="/tasks/$number" params={{ number: String(task.number) }} className="nums hoverable:text-ink">
            #{task.number}
          </Link>
          <span aria-hidden="true">·</span>
          {task.source && <SourceLabel source={task.source} />}
          <span aria-hidden="true">·</span>
          <RelativeTime at={task.created_at} />
        </p>
        <Heading className="text-xl font-semibold tracking-tight text-balance">{task.title}</Heading>
        <div className="flex flex-wrap gap-1.5">
          <CategoryPicker {...opening('category')} value={task.category} onChange={(category) => change({ category })} />
          <PriorityPicker {...opening('priority')} value={task.priority} onChange={(priority) => change({ priority })} />
          <AssigneePicker {...opening('assignee')} value={task.assignee} onChange={(assignee_id) => change({ assignee_id })} />
          <DuePicker {...opening('due')} value={task.due_on} onChange={(due_on) => change({ due_on })} />
          {task.labels.map((label) => (
            <span key={label} className="inline-flex h-9 items-center rounded-md bg-hover px-2 text-muted md:h-7">
              {label}
            </span>
          ))}
        </div>
      </header>
      <VerdictCard {...task} how={detail.data && originOf(detail.data)} />
      {detail.data && (
        <Proposals
          task={detail.data}
          proposals={duplicates.proposals}
          onMerge={duplicates.merge}
          onDismiss={duplicates.dismiss}
        />
      )}
      {detail.data && <Merged task={detail.data} />}
      <section aria-label={t('conversation.title')} aria-busy={detail.isPending} className="pt-1">
        {detail.data && <Thread task={detail.data} />}
        {detail.isPending && <ConversationSkeleton />}
        {detail.isError && <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />}
      </section>
    </article>
  );
}
