/** Merging and taking merges back, as changes of the duplicate: shown at once, undoable, If-Match like every other. */
import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';

import { taskQuery } from '@/shared/api/tasks';
import type { Task, TaskRef } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { useUpdateTask } from '@/shared/tasks/update-task';
import { toast } from '@/shared/ui/toast-store';

type Ref = Pick<TaskRef, 'id' | 'number'>;

/** The newer report goes into the older one, wherever one looks at them from. */
export const goesInto = (task: Ref, other: Ref) => other.number < task.number;

export function useMerging() {
  const client = useQueryClient();
  const update = useUpdateTask();
  return useMemo(() => {
    /** A task that is only named: its version has to be read first. */
    const withVersion = (ref: Ref, run: (task: Task) => void) => {
      client.query({ ...taskQuery(ref.number), staleTime: 0 }).then(run, (error: unknown) => {
        toast({ tone: 'problem', title: t('task.notSaved', { number: ref.number }), detail: explain(error) });
      });
    };
    const merge = (task: Task, target: Ref, onUndo?: () => void) =>
      update(
        task,
        { status: 'duplicate', duplicate_of: target.id },
        { done: t('duplicate.merged', { number: task.number, into: target.number }), onUndo },
      );
    return {
      merge,
      mergeNamed: (ref: Ref, target: Ref) => withVersion(ref, (task) => merge(task, target)),
      unmerge: (task: Task) => update(task, { duplicate_of: null }),
      unmergeNamed: (ref: Ref) => withVersion(ref, (task) => update(task, { duplicate_of: null })),
    };
  }, [client, update]);
}
