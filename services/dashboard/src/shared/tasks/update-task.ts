/** The one way to change a task: shown at once, sent with If-Match, taken back and explained when it fails. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import { ApiError, NetworkError } from '@/shared/api/client';
import { keys } from '@/shared/api/keys';
import { patchTask, type CalendarFilter, type TaskFilter } from '@/shared/api/tasks';
import type { DueCalendar, Me, Task, TaskCounts, TaskDetail, TaskPatch } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import type { Asker } from '@/shared/filters/matches';
import { t } from '@/shared/i18n/translate';
import { toast } from '@/shared/ui/toast-store';
import { offerUndo } from '@/shared/undo/offer-undo';

import { clashOf, describeClash, readLatest } from './conflict';
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
  if (error instanceof ApiError && error.status === 412) {
    void tellConflict(client, { task, patch });
    return;
  }
  const { number } = task;
  // Nothing waits in secret to be sent later: what was not saved says so, and one press sends it again.
  const again =
    error instanceof NetworkError ? { label: t('retry'), run: () => updateTask(client, task, patch) } : undefined;
  toast({ tone: 'problem', title: t('task.notSaved', { number }), detail: explain(error), action: again, stays: again !== undefined });
}

/** Says what the other person did, and keeps one's own change to make it after all. */
async function tellConflict(client: QueryClient, { task, patch }: Change): Promise<void> {
  const { number } = task;
  try {
    const { task: latest, by } = await readLatest(client, task);
    show(client, latest);
    const clash = clashOf(task, latest, patch);
    if (Object.keys(clash.mine).length === 0) {
      toast({ title: by === null ? t('conflict.already', { number }) : t('conflict.alreadyBy', { number, name: by }) });
      return;
    }
    toast({
      tone: 'problem',
      title: by === null ? t('task.conflict', { number }) : t('conflict.by', { number, name: by }),
      detail: describeClash(latest, clash),
      action: { label: t('conflict.apply'), run: () => updateTask(client, latest, clash.mine) },
      stays: true,
    });
  } catch (error) {
    toast({ tone: 'problem', title: t('task.conflict', { number }), detail: explain(error) });
  }
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

/** Changes a task and offers to take it back. */
export function updateTask(client: QueryClient, task: Task, wanted: TaskPatch, { onUndo, ...words }: Announcement = {}): void {
  const patch = meant(task, wanted);
  const { done, detail } = { ...describeChange(task, patch), ...words };
  const offer = offerUndo({ title: done, detail }, () => {
    change(client, { task: patched(task, patch), patch: inverse(task, patch) });
    onUndo?.();
  });
  change(client, { task, patch, onFailed: offer.withdraw });
}

export type UpdateTask = (task: Task, patch: TaskPatch, announcement?: Announcement) => void;

/** Gives `update(task, patch, announcement?)`: the note says what was done, in its own words without an announcement. */
export function useUpdateTask(): UpdateTask {
  const client = useQueryClient();
  return useCallback((task, patch, announcement) => updateTask(client, task, patch, announcement), [client]);
}

/** Gives the same for many tasks: one note, and one step back for all of them. */
export function useUpdateTasks(): (
  tasks: readonly Task[],
  patchOf: (task: Task) => TaskPatch,
  announcement: Announcement & { done: string },
) => void {
  const client = useQueryClient();
  return useCallback(
    (tasks, patchOf, { onUndo, done, detail }) => {
      const changes = tasks.map((task) => ({ task, patch: meant(task, patchOf(task)) }));
      const made = new Set(changes);
      const offer = offerUndo({ title: done, detail }, () => {
        // Not those that were refused: somebody else's word stands there.
        for (const { task, patch } of made) change(client, { task: patched(task, patch), patch: inverse(task, patch) });
        onUndo?.();
      });
      for (const item of changes) {
        change(client, {
          ...item,
          onFailed: () => {
            made.delete(item);
            if (made.size === 0) offer.withdraw();
          },
        });
      }
    },
    [client],
  );
}
