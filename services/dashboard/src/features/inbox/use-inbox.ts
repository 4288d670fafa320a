/** The inbox as a machine: what is listed, what is selected, and what each action does. */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef } from 'react';

import { inboxQuery, taskQuery } from '@/shared/api/tasks';
import type { Task, TaskPatch, TaskRef } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { isSnoozed } from '@/shared/tasks/task-cache';
import { useUpdateTask, type Announcement } from '@/shared/tasks/update-task';

import { selectedIndex, successor } from './selection';

/** Fetch the next page when the selection comes this close to the end. */
const NEAR_END = 10;

export function useInbox(chosen: number | undefined) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const update = useUpdateTask();
  const list = useInfiniteQuery(inboxQuery);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const items = useMemo(
    () => list.data?.pages.flatMap((page) => page.items).filter((task) => !isSnoozed(task)) ?? [],
    [list.data],
  );
  // What is shown stays shown: a suggestion that arrives above it must not slip under the finger that presses "accept".
  const last = useRef<{ index: number; number: number | undefined }>({ index: 0, number: undefined });
  const index = selectedIndex(items, chosen ?? last.current.number, last.current.index);
  const selected = items[index];
  const detail = useQuery({ ...taskQuery(selected?.number ?? 0), enabled: selected !== undefined });

  useEffect(() => {
    last.current = { index, number: selected?.number };
    if (index > items.length - NEAR_END && hasNextPage && !isFetchingNextPage) void fetchNextPage();
    const next = items[index + 1];
    if (next) client.query(taskQuery(next.number)).catch(() => undefined);
  }, [client, items, index, selected, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const select = useCallback(
    (task: Task | undefined) => {
      // A row of decisions is one step in the history: "back" leaves the inbox, as one expects.
      if (task) return void navigate({ to: '/inbox/$number', params: { number: String(task.number) }, replace: true });
      return void navigate({ to: '/inbox', replace: true });
    },
    [navigate],
  );

  /** Changes the selected one; when it leaves the inbox by that, the next is shown at once. */
  const change = useCallback(
    (patch: TaskPatch, words?: Announcement) => {
      if (!selected) return;
      const leaves = patch.status !== undefined || patch.category === 'noise' || patch.snoozed_until !== undefined;
      const next = successor(items, index);
      update(selected, patch, { ...words, onUndo: leaves ? () => select(selected) : undefined });
      if (leaves) select(next);
    },
    [items, index, selected, select, update],
  );

  const actions = useMemo(
    () => ({
      move: (step: 1 | -1) => {
        const target = items[index + step];
        if (target) select(target);
      },
      change: (patch: TaskPatch) => change(patch),
      accept: () => change({ status: 'todo' }),
      acceptEdited: (patch: TaskPatch) => change(patch.category === 'noise' ? patch : { ...patch, status: 'todo' }),
      decline: () => change({ status: 'declined' }),
      noise: () => change({ category: 'noise' }),
      merge: ({ id, number: into }: TaskRef) =>
        selected &&
        change(
          { status: 'duplicate', duplicate_of: id },
          { done: t('duplicate.merged', { number: selected.number, into }) },
        ),
      snooze: (until: Date) => change({ snoozed_until: until.toISOString() }),
    }),
    [items, index, selected, select, change],
  );

  return { list, items, index, selected, detail, actions };
}

export type InboxActions = ReturnType<typeof useInbox>['actions'];
