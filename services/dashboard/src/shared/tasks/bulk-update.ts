/** Changes many tasks at once: shown at once, sent together, one note and one undo for all of them. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import { keys } from '@/shared/api/keys';
import { editTasks, MOST_EDITS } from '@/shared/api/tasks';
import type { BulkPatch, BulkResult, Task } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { plural, t } from '@/shared/i18n/translate';
import { toast } from '@/shared/ui/toast-store';
import { offerUndo } from '@/shared/undo/offer-undo';

import { inverse, patched } from './task-cache';
import { MUTATION, show, showMove, versionsOf } from './update-task';

type Edit = { task: Task; patch: BulkPatch };

/** One after the other: the inverse of a bulk edit must not overtake it. */
const SCOPE = { id: 'tasks-bulk' };

async function send(client: QueryClient, edits: readonly Edit[]): Promise<BulkResult> {
  const versions = versionsOf(client);
  const result: BulkResult = { updated: [], refused: [] };
  for (let start = 0; start < edits.length; start += MOST_EDITS) {
    const part = edits.slice(start, start + MOST_EDITS).map(({ task, patch }) => ({
      task: task.id,
      version: versions.latest(task.id, task.version),
      patch,
    }));
    const answer = await editTasks(part);
    for (const task of answer.updated) {
      const sent = part.find((edit) => edit.task === task.id);
      if (sent) versions.replaced(task.id, sent.version, task.version);
    }
    result.updated.push(...answer.updated);
    result.refused.push(...answer.refused);
  }
  return result;
}

function showAll(client: QueryClient, edits: readonly Edit[], back: boolean): void {
  for (const { task, patch } of edits) {
    const after = patched(task, patch);
    show(client, back ? task : after);
    if (back) showMove(client, after, task);
    else showMove(client, task, after);
  }
}

function change(client: QueryClient, edits: readonly Edit[], onFailed: () => void): void {
  const mutation = client.getMutationCache().build<BulkResult, unknown, readonly Edit[], unknown>(client, {
    mutationKey: MUTATION,
    scope: SCOPE,
    networkMode: 'always',
    mutationFn: (sent) => send(client, sent),
    onMutate: async (sent) => {
      await client.cancelQueries({ queryKey: keys.tasks });
      showAll(client, sent, false);
    },
    onSuccess: ({ updated, refused }, sent) => {
      for (const task of updated) show(client, task);
      if (refused.length === 0) return;
      showAll(client, sent.filter(({ task }) => refused.some((edit) => edit.task === task.id)), true);
      toast({ tone: 'problem', title: plural('bulk.refused', refused.length), detail: refused[0]?.detail });
      if (updated.length === 0) onFailed();
    },
    onError: (error, sent) => {
      showAll(client, sent, true);
      onFailed();
      toast({ tone: 'problem', title: t('bulk.failed'), detail: explain(error) });
    },
    onSettled: () => {
      if (client.isMutating({ mutationKey: MUTATION }) === 1) void client.invalidateQueries({ queryKey: keys.tasks });
    },
  });
  mutation.execute(edits).catch(() => undefined);
}

/** Gives `update(tasks, patchOf)`: tasks that the patch would not change are left alone. */
export function useBulkUpdate(): (tasks: readonly Task[], patchOf: (task: Task) => BulkPatch) => void {
  const client = useQueryClient();
  return useCallback(
    (tasks, patchOf) => {
      const edits = tasks.map((task) => ({ task, patch: patchOf(task) })).filter(({ patch }) => Object.keys(patch).length > 0);
      if (edits.length === 0) return;
      const offer = offerUndo({ title: plural('bulk.done', edits.length) }, () => {
        const back = edits.map(({ task, patch }) => ({ task: patched(task, patch), patch: inverse(task, patch) }));
        change(client, back, () => undefined);
      });
      change(client, edits, offer.withdraw);
    },
    [client],
  );
}
