/** The inbox as a machine: what is listed, selected and marked, and what each action does to it. */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { taskQuery } from '@/shared/api/tasks';
import type { Task, TaskPatch, TaskRef } from '@/shared/api/types';
import { formatMoment } from '@/shared/i18n/dates';
import { plural, t } from '@/shared/i18n/translate';
import { meant } from '@/shared/tasks/describe-change';
import { patched } from '@/shared/tasks/task-cache';
import { useUpdateTask, useUpdateTasks, type Announcement } from '@/shared/tasks/update-task';
import { useIsPhone } from '@/shared/ui/media';

import { accepting, belongsTo, boxQuery, restoring, type Box } from './boxes';
import { extended, markedOf, noMarks, toggled, type Marks } from './marking';
import { selectedIndex, successorOf } from './selection';

/** Fetch the next page when the selection comes this close to the end. */
const NEAR_END = 10;

type Act = {
  patchOf: (task: Task) => TaskPatch;
  /** What the note says of several; of one the change speaks for itself. */
  several: (count: number) => string;
  words?: Announcement;
};

export function useInbox(chosen: number | undefined, box: Box) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const phone = useIsPhone();
  const update = useUpdateTask();
  const updateAll = useUpdateTasks();
  const list = useInfiniteQuery(boxQuery(box));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const items = useMemo(
    () => list.data?.pages.flatMap((page) => page.items).filter((task) => belongsTo(box, task)) ?? [],
    [list.data, box],
  );
  // What is shown stays shown: a suggestion that arrives above it must not slip under the finger that presses "accept".
  const last = useRef<{ index: number; number: number | undefined }>({ index: 0, number: undefined });
  const index = selectedIndex(items, chosen ?? last.current.number, last.current.index);
  const selected = items[index];
  const detail = useQuery({ ...taskQuery(selected?.number ?? 0), enabled: selected !== undefined });
  const [{ marks, of }, setMarked] = useState<{ marks: Marks; of: Box }>({ marks: noMarks, of: box });
  const marked = useMemo(() => markedOf(items, of === box ? marks : noMarks), [items, marks, of, box]);
  const anchor = useRef(0);

  useEffect(() => {
    last.current = { index, number: selected?.number };
    if (index > items.length - NEAR_END && hasNextPage && !isFetchingNextPage) void fetchNextPage();
    const next = items[index + 1];
    if (next) client.query(taskQuery(next.number)).catch(() => undefined);
  }, [client, items, index, selected, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const select = useCallback(
    (task: Task | undefined) => {
      const search = { box: box === 'waiting' ? undefined : box };
      // A row of decisions is one step in the history: "back" leaves the inbox, as one expects.
      if (task) return void navigate({ to: '/inbox/$number', params: { number: String(task.number) }, search, replace: true });
      return void navigate({ to: '/inbox', search, replace: true });
    },
    [navigate, box],
  );
  const mark = useCallback(
    (change: (marks: Marks) => Marks) =>
      setMarked((current) => ({ marks: change(current.of === box ? current.marks : noMarks), of: box })),
    [box],
  );

  /** Changes these; when what is shown leaves the list by that, the next is shown at once. */
  const act = useCallback(
    (tasks: readonly Task[], { patchOf, several, words }: Act) => {
      const first = tasks[0];
      if (!first) return;
      const leaving = new Set(
        tasks.filter((task) => !belongsTo(box, patched(task, meant(task, patchOf(task))))).map(({ id }) => id),
      );
      // On a phone a decision in the list stays in the list.
      const follow = selected !== undefined && leaving.has(selected.id) && !(phone && chosen === undefined);
      const onUndo = follow ? () => select(selected) : undefined;
      if (tasks.length === 1) update(first, patchOf(first), { ...words, onUndo });
      else updateAll(tasks, patchOf, { ...words, done: several(tasks.length), onUndo });
      if (follow) select(successorOf(items, index, leaving));
      if (leaving.size > 0) mark((current) => new Set([...current].filter((id) => !leaving.has(id))));
    },
    [box, items, index, selected, chosen, phone, select, update, updateAll, mark],
  );

  const actions = useMemo(() => {
    /** What a key means: the marked ones, or the one that is shown. */
    const targets = marked.length > 0 ? marked : selected ? [selected] : [];
    const on = (tasks: readonly Task[]) => ({
      change: (patch: TaskPatch) => act(tasks, { patchOf: () => patch, several: (count) => plural('inbox.several.changed', count) }),
      accept: () => act(tasks, { patchOf: accepting, several: (count) => plural('inbox.several.accepted', count) }),
      decline: () => act(tasks, { patchOf: () => ({ status: 'declined' }), several: (count) => plural('inbox.several.declined', count) }),
      noise: () => act(tasks, { patchOf: () => ({ category: 'noise' }), several: (count) => plural('inbox.several.noise', count) }),
      snooze: (until: Date) =>
        act(tasks, {
          patchOf: () => ({ snoozed_until: until.toISOString() }),
          several: (count) => plural('inbox.several.snoozed', count, { until: formatMoment(until) }),
        }),
      restore: () =>
        act(tasks, {
          patchOf: restoring,
          several: (count) => plural('inbox.several.restored', count),
          words: tasks[0] && { done: t('inbox.restored', { number: tasks[0].number }) },
        }),
    });
    const step = (by: 1 | -1) => items[index + by];
    return {
      on,
      ...on(targets),
      move: (by: 1 | -1) => {
        const target = step(by);
        if (target) select(target);
      },
      acceptEdited: (patch: TaskPatch) =>
        selected &&
        act([selected], {
          patchOf: () => (patch.category === 'noise' ? patch : { ...accepting(selected), ...patch }),
          several: String,
        }),
      changeShown: (patch: TaskPatch) => selected && act([selected], { patchOf: () => patch, several: String }),
      merge: ({ id, number: into }: TaskRef) =>
        selected &&
        act([selected], {
          patchOf: () => ({ status: 'duplicate', duplicate_of: id }),
          several: String,
          words: { done: t('duplicate.merged', { number: selected.number, into }) },
        }),
      /** The marked ones say the same: the oldest stands for all of them. */
      mergeMarked: () => {
        const oldest = marked.reduce<Task | undefined>((first, task) => (first && first.number < task.number ? first : task), undefined);
        if (!oldest) return;
        const others = marked.filter((task) => task !== oldest);
        act(others, {
          patchOf: () => ({ status: 'duplicate', duplicate_of: oldest.id }),
          several: (count) => plural('inbox.several.merged', count, { into: oldest.number }),
          words: others[0] && { done: t('duplicate.merged', { number: others[0].number, into: oldest.number }) },
        });
        mark(() => noMarks);
      },
      mark: (task: Task | undefined) => {
        if (!task) return;
        anchor.current = items.indexOf(task);
        mark((current) => toggled(current, task));
      },
      markTo: (to: number) => {
        const from = marked.length > 0 ? anchor.current : index;
        anchor.current = to;
        mark((current) => extended(current, items, from, to));
      },
      /** Marks what is shown, and the one beside it. */
      markStep: (by: 1 | -1) => {
        const target = step(by);
        if (!target) return;
        anchor.current = index + by;
        mark((current) => extended(current, items, index, index + by));
        select(target);
      },
      markAll: () => mark(() => new Set(items.map(({ id }) => id))),
      unmarkAll: () => mark(() => noMarks),
    };
  }, [items, index, selected, marked, select, act, mark]);

  return { list, items, index, selected, detail, marked, actions };
}

export type InboxActions = ReturnType<typeof useInbox>['actions'];
