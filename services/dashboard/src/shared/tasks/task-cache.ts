/** What a change to a task does to the lists on the screen, before the API has answered. Pure functions over cached data. */
import type { InfiniteData } from '@tanstack/react-query';

import type { TaskFilter } from '@/shared/api/tasks';
import type { Page, Task, TaskCounts, TaskPatch } from '@/shared/api/types';

export type TaskList = InfiniteData<Page<Task>, string | null>;

/** The task as it will be; an assignee's name is filled in by the API. */
export function patched<T extends Task>(task: T, { assignee_id, ...fields }: TaskPatch): T {
  if (assignee_id === undefined) return { ...task, ...fields };
  const same = task.assignee?.id === assignee_id;
  return { ...task, ...fields, assignee: assignee_id === null ? null : same ? task.assignee : { id: assignee_id, name: '…' } };
}

/** The patch that takes `patch` back. */
export function inverse(task: Task, patch: TaskPatch): TaskPatch {
  const before: TaskPatch & { assignee_id: string | null } = { ...task, assignee_id: task.assignee?.id ?? null };
  return Object.fromEntries(Object.keys(patch).map((name) => [name, before[name as keyof TaskPatch]]));
}

export function isSnoozed(task: Pick<Task, 'snoozed_until'>, now = Date.now()): boolean {
  return task.snoozed_until !== null && Date.parse(task.snoozed_until) > now;
}

function belongs(filter: TaskFilter, task: Task): boolean {
  if (filter.status && !filter.status.includes(task.status)) return false;
  if (filter.category && filter.category !== task.category) return false;
  if (filter.priority && filter.priority !== task.priority) return false;
  return filter.snoozed === undefined || filter.snoozed === isSnoozed(task);
}

/** A text search is the API's business; such a list only loses tasks and never gains them. */
const mayGain = (filter: TaskFilter) => !filter.q && !filter.source;

/** Puts the task where the list's order wants it. Only creation time is known here; other orders start at the top. */
function insert(items: Task[], task: Task, sort: string | undefined): Task[] {
  if (sort !== '-created_at') return [task, ...items];
  const at = items.findIndex((item) => item.created_at < task.created_at);
  return at === -1 ? [...items, task] : items.toSpliced(at, 0, task);
}

/** The list with the task updated in place, taken out, or put in. */
export function withTask(list: TaskList, filter: TaskFilter, task: Task): TaskList {
  const has = list.pages.some((page) => page.items.some((item) => item.id === task.id));
  const stays = belongs(filter, task);
  if (!has && !(stays && mayGain(filter))) return list;
  const pages = list.pages.map((page, index) => {
    if (has && stays) return { ...page, items: page.items.map((item) => (item.id === task.id ? { ...item, ...task } : item)) };
    if (has) return { ...page, items: page.items.filter((item) => item.id !== task.id) };
    return index === 0 ? { ...page, items: insert(page.items, task, filter.sort) } : page;
  });
  return { ...list, pages };
}

/** Counts after a task went from one status to another. */
export function moved(counts: TaskCounts, from: Task, to: Task): TaskCounts {
  if (from.status === to.status) return counts;
  return { ...counts, [from.status]: Math.max(0, counts[from.status] - 1), [to.status]: counts[to.status] + 1 };
}
