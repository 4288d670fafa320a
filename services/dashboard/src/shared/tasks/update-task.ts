/** The one way to change a task: shown at once, sent with If-Match, taken back and explained when it fails. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import { ApiError } from '@/shared/api/client';
import { keys } from '@/shared/api/keys';
import { patchTask, type CalendarFilter, type TaskFilter } from '@/shared/api/tasks';
import type { DueCalendar, Me, Task, TaskCounts, TaskDetail, TaskPatch } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import type { Asker } from '@/shared/filters/matches';
import { t } from '@/shared/i18n/translate';
import { toast } from '@/shared/ui/toast-store';
import { offerUndo } from '@/shared/undo/offer-undo';

import { describeChange, meant, type ChangeNote } from './describe-change';
import { inverse, moved, patched, withTask, withTaskDue, type TaskList } from './task-cache';
import { Versions } from './versions';

type Change = { task: Task; patch: TaskPatch; onFailed?: () => void };

export const MUTATION = ['task-update'];
const known = new WeakMap<QueryClient, Versions>();

export function versionsOf(client: QueryClient): Versions {
  const versions = known.get(client) ?? new Versions();
  known.set(client, versions);
  return versions;
}

/** Writes a task into every list, calendar and detail that is cached. */
export function show(client: QueryClient, task: Task): void {
  const asker: Asker = { memberId: client.getQueryData<Me>(keys.me)?.member.id, now: Date.now() };
  for (const [key, list] of client.getQueriesData<TaskList>({ queryKey: keys.taskLists })) {
    if (list) client.setQueryData(key, withTask(list, key[2] as TaskFilter, task, asker));
  }
  for (const [key, calendar] of client.getQueriesData<DueCalendar>({ queryKey: keys.taskCalendars })) {
    if (calendar) client.setQueryData(key, withTaskDue(calendar, key[2] as CalendarFilter, task, asker));
  }
  client.setQueryData<TaskDetail>(keys.taskDetail(task.number), (detail) => (detail ? { ...detail, ...task } : detail));
}

export function showMove(client: QueryClient, from: Task, to: Task): void {
  client.setQueryData<TaskCounts>(keys.taskCounts, (counts) => (counts ? moved(counts, from, to) : counts));
}

async function showBefore(client: QueryClient, { task, patch }: Change): Promise<void> {
  // Answers that are on their way would bring the old state back.
  await client.cancelQueries({ queryKey: keys.tasks });
  const after = patched(task, patch);
  show(client, after);
  showMove(client, task, after);
}

async function send(client: QueryClient, { task, patch }: Change): Promise<Task> {
  const versions = versionsOf(client);
  const version = versions.latest(task.id, task.version);
  const updated = await patchTask(task.id, version, patch);
  versions.replaced(task.id, version, updated.version);
  return updated;
}

function takeBack(client: QueryClient, error: unknown, { task, patch, onFailed }: Change): void {
  show(client, task);
  showMove(client, patched(task, patch), task);
  onFailed?.();
  const conflict = error instanceof ApiError && error.status === 412;
  toast({
    tone: 'problem',
    title: t(conflict ? 'task.conflict' : 'task.notSaved', { number: task.number }),
    detail: conflict ? t('task.conflict.detail') : explain(error),
  });
}

/** Changes of one task run one after the other (each needs the version of the one before), of different tasks at once. */
function change(client: QueryClient, input: Change): void {
  const scope = `task-update:${input.task.id}`;
  const cache = client.getMutationCache();
  const mutation = cache.build<Task, unknown, Change, unknown>(client, {
    mutationKey: MUTATION,
    scope: { id: scope },
    networkMode: 'always',
    mutationFn: (sent) => send(client, sent),
    onMutate: (sent) => showBefore(client, sent),
    onSuccess: (updated) => {
      // When a later change of this task waits, its effect is on the screen already and must stay there.
      const inRow = cache.findAll({ status: 'pending', predicate: ({ options }) => options.scope?.id === scope });
      if (inRow.length === 1) show(client, updated);
    },
    onError: (error, sent) => takeBack(client, error, sent),
    onSettled: () => {
      // The last of a row refetches; the ones before would bring back what is still being sent.
      if (client.isMutating({ mutationKey: MUTATION }) === 1) void client.invalidateQueries({ queryKey: keys.tasks });
    },
  });
  // `takeBack` has told the person; nobody else waits for this promise.
  mutation.execute(input).catch(() => undefined);
}

export type Announcement = Partial<ChangeNote> & {
  /** Called when the person takes it back. */
  onUndo?: () => void;
};

export type UpdateTask = (task: Task, patch: TaskPatch, announcement?: Announcement) => void;

/** Gives `update(task, patch, announcement?)`: the note says what was done, in its own words without an announcement. */
export function useUpdateTask(): UpdateTask {
  const client = useQueryClient();
  return useCallback(
    (task, wanted, { onUndo, ...words } = {}) => {
      const patch = meant(task, wanted);
      const { done, detail } = { ...describeChange(task, patch), ...words };
      const offer = offerUndo({ title: done, detail }, () => {
        change(client, { task: patched(task, patch), patch: inverse(task, patch) });
        onUndo?.();
      });
      change(client, { task, patch, onFailed: offer.withdraw });
    },
    [client],
  );
}
