/** Everything about one task: what to do, who said so, why triage thought so, what happened since. */
import { useQuery } from '@tanstack/react-query';
import { useParams, useRouter } from '@tanstack/react-router';
import { ArrowLeft, SearchX } from 'lucide-react';
import { useState } from 'react';

import { ApiError } from '@/shared/api/client';
import { taskQuery } from '@/shared/api/tasks';
import type { TaskDetail, TaskPatch } from '@/shared/api/types';
import { MergeDialog } from '@/shared/duplicates/merge-dialog';
import { DuplicateOf, Merged } from '@/shared/duplicates/merged';
import { Proposals } from '@/shared/duplicates/proposals';
import { useDuplicates, type Duplicates } from '@/shared/duplicates/use-duplicates';
import { useMerging } from '@/shared/duplicates/use-merging';
import { plural, t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { Thread } from '@/shared/replies/thread';
import { useCorrectionKeys } from '@/shared/tasks/correction-keys';
import { StatusIcon } from '@/shared/tasks/icons';
import { useUpdateTask } from '@/shared/tasks/update-task';
import { originOf } from '@/shared/tasks/verdict';
import { VerdictCard } from '@/shared/tasks/verdict-card';
import { Button } from '@/shared/ui/button';
import { CopyButton } from '@/shared/ui/copy-button';
import { IconButton } from '@/shared/ui/icon-button';
import { Page } from '@/shared/ui/page';
import { EmptyState, ErrorState } from '@/shared/ui/states';

import { Activity } from './activity';
import { Description, type TextDraft } from './description';
import { InlineText } from './inline-text';
import { Properties } from './properties';
import { SameConversation } from './same-conversation';
import { TaskSkeleton } from './task-skeleton';
import { VerdictHistory } from './verdict-history';

function Body({ task }: { task: TaskDetail }) {
  const update = useUpdateTask();
  const { merge } = useMerging();
  const correction = useCorrectionKeys();
  const change = (patch: TaskPatch) => update(task, patch);
  const duplicates = useDuplicates({ task, detail: task, mergeInto: (target) => merge(task, target) });
  const isNoise = task.category === 'noise';
  const [draft, setDraft] = useState<TextDraft | null>(null);
  const noise = () => !isNoise && change({ category: 'noise' });
  useShortcuts('task.title', [
    { keys: 'e', label: 'task.editDescription', run: () => setDraft((current) => current ?? { text: task.description, base: task.description }) },
    { keys: '1', label: 'status.todo', run: () => change({ status: 'todo' }) },
    { keys: '2', label: 'status.in_progress', run: () => change({ status: 'in_progress' }) },
    { keys: '3', label: 'status.done', run: () => change({ status: 'done' }) },
    { keys: 'n', label: 'inbox.noise', run: noise },
    { keys: 'm', label: 'inbox.duplicate', run: duplicates.mergeOrChoose },
    ...correction.shortcuts,
  ]);
  return (
    <div className="mx-auto flex w-full max-w-6xl flex-col gap-6 px-4 py-5 lg:flex-row lg:gap-12 lg:px-10 lg:py-9">
      <div className="flex min-w-0 flex-1 flex-col gap-8 max-lg:contents">
        <div className="flex flex-col gap-3 max-lg:order-1">
          <InlineText
            singleLine
            required
            label={t('property.title')}
            value={task.title}
            onSave={(title) => change({ title })}
            className="text-2xl font-semibold tracking-tight"
          />
          <Description
            value={task.description}
            draft={draft}
            onDraft={setDraft}
            onSave={(description) => change({ description })}
          />
        </div>
        <Related task={task} duplicates={duplicates} />
        {task.messages.length > 0 && (
          <section aria-labelledby="conversation" className="max-lg:order-3">
            <h2 id="conversation" className="mb-4 text-base font-semibold">
              {t('conversation.title')}
              <span className="ml-2 font-normal text-faint">{plural('message.count', task.messages.length)}</span>
            </h2>
            <Thread task={task} />
          </section>
        )}
        <div className="max-lg:order-4">
          <Activity taskId={task.id} />
        </div>
      </div>
      <aside aria-label={t('task.properties')} className="flex flex-col gap-5 max-lg:order-2 lg:w-72 lg:shrink-0">
        <Properties task={task} change={change} opening={correction.opening} />
        <VerdictCard {...task} how={originOf(task)} />
        <VerdictHistory task={task} />
        <div className="-mt-2 -ml-3 flex flex-wrap gap-x-1">
          {task.status !== 'duplicate' && (
            <Button tone="quiet" hint="m" onClick={duplicates.choose}>
              {t('inbox.duplicateOf')}
            </Button>
          )}
          {!isNoise && (
            <Button tone="quiet" hint="n" onClick={noise}>
              {t('inbox.noise')}
            </Button>
          )}
        </div>
      </aside>
      {duplicates.choosing && (
        <MergeDialog
          task={task}
          proposals={duplicates.proposals}
          onChoose={duplicates.mergeInto}
          onClose={duplicates.close}
        />
      )}
    </div>
  );
}

/** What else says the same: proposed, merged into this one, or the other way round. */
function Related({ task, duplicates }: { task: TaskDetail; duplicates: Duplicates }) {
  return (
    <div className="flex flex-col gap-3 empty:hidden max-lg:order-2">
      <DuplicateOf task={task} />
      <Proposals task={task} proposals={duplicates.proposals} onMerge={duplicates.merge} onDismiss={duplicates.dismiss} />
      <Merged task={task} />
      <SameConversation task={task} />
    </div>
  );
}

export function TaskPage() {
  const { number } = useParams({ from: '/shell/tasks/$number' });
  const router = useRouter();
  const task = useQuery(taskQuery(Number(number)));
  const missing = task.error instanceof ApiError && task.error.status === 404;
  return (
    <Page
      title={`#${number}`}
      className="overflow-y-auto"
      leading={
        <>
          <IconButton icon={ArrowLeft} label={t('back')} onClick={() => router.history.back()} className="-ml-2" />
          {task.data && <StatusIcon value={task.data.status} labelled />}
        </>
      }
      actions={<CopyButton text={location.href} label={t('task.copyLink')} />}
    >
      {task.data && <Body key={task.data.id} task={task.data} />}
      {task.isPending && <TaskSkeleton />}
      {task.isError && !task.data && !missing && <ErrorState error={task.error} onRetry={() => void task.refetch()} />}
      {missing && (
        <EmptyState icon={SearchX} title={t('task.missing', { number })}>
          {t('task.missing.detail')}
        </EmptyState>
      )}
    </Page>
  );
}
