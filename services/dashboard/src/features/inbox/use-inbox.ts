/** The inbox as a machine: what is listed, what is selected, and what each action does. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef } from 'react';

import { inboxQuery, taskQuery } from '@/shared/api/tasks';
import type { Task, TaskPatch } from '@/shared/api/types';
import { formatMoment } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { isSnoozed } from '@/shared/tasks/task-cache';
import { useUpdateTask } from '@/shared/tasks/update-task';

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

  const decide = useCallback(
    (patch: TaskPatch, done: string) => {
      if (!selected) return;
      const next = successor(items, index);
      update(selected, patch, { done, onUndo: () => select(selected) });
      select(next);
    },
    [items, index, selected, select, update],
  );

  const actions = useMemo(
    () => ({
      move: (step: 1 | -1) => {
        const target = items[index + step];
        if (target) select(target);
      },
      accept: () => selected && decide({ status: 'todo' }, t('inbox.accepted', { number: selected.number })),
      decline: () => selected && decide({ status: 'declined' }, t('inbox.declined', { number: selected.number })),
      snooze: (until: Date) =>
        selected &&
        decide(
          { snoozed_until: until.toISOString() },
          t('inbox.snoozed', { number: selected.number, until: formatMoment(until) }),
        ),
      acceptEdited: (patch: TaskPatch) =>
        selected && decide({ ...patch, status: 'todo' }, t('inbox.accepted', { number: selected.number })),
      change: (patch: TaskPatch) => selected && update(selected, patch),
    }),
    [items, index, selected, select, decide, update],
  );

  return { list, items, index, selected, actions };
}

export type InboxActions = ReturnType<typeof useInbox>['actions'];
