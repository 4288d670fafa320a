/** What a change to a task does to the lists on the screen, before the API has answered. Pure functions over cached data. */
import type { InfiniteData } from '@tanstack/react-query';

import type { CalendarFilter, TaskFilter } from '@/shared/api/tasks';
import type { DueCalendar, Page, Task, TaskCounts, TaskPatch } from '@/shared/api/types';
import { matches, type Asker } from '@/shared/filters/matches';

import { comparing } from './task-order';

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

/** Undefined where only the API can tell. */
function belongs(filter: TaskFilter, task: Task, asker: Asker): boolean | undefined {
  if (filter.status && !filter.status.includes(task.status)) return false;
  if (filter.category && filter.category !== task.category) return false;
  if (filter.priority && filter.priority !== task.priority) return false;
  if (filter.snoozed !== undefined && filter.snoozed !== isSnoozed(task)) return false;
  return filter.filter ? matches(filter.filter, task, asker) : true;
}

/** A text search is the API's business; such a list only loses tasks and never gains them. */
const mayGain = (filter: TaskFilter) => !filter.q && !filter.source;

/** Puts the task where the list's order wants it; an order that only the API knows starts at the top. */
function insert(items: Task[], task: Task, sort: string | undefined): Task[] {
  const before = comparing(sort ?? '-created_at');
  if (!before) return [task, ...items];
  const at = items.findIndex((item) => before(task, item) < 0);
  return at === -1 ? [...items, task] : items.toSpliced(at, 0, task);
}

/** The list with the task updated in place, taken out, or put in. */
export function withTask(list: TaskList, filter: TaskFilter, task: Task, asker: Asker): TaskList {
  const has = list.pages.some((page) => page.items.some((item) => item.id === task.id));
  const sure = belongs(filter, task, asker);
  const stays = sure !== false;
  if (!has && !(sure === true && mayGain(filter))) return list;
  const pages = list.pages.map((page, index) => {
    if (has && stays) return { ...page, items: page.items.map((item) => (item.id === task.id ? { ...item, ...task } : item)) };
    if (has) return { ...page, items: page.items.filter((item) => item.id !== task.id) };
    return index === 0 ? { ...page, items: insert(page.items, task, filter.sort) } : page;
  });
  return { ...list, pages };
}

/** The calendar with the task on its day; a day that shows only some keeps its total. */
export function withTaskDue(calendar: DueCalendar, filter: CalendarFilter, task: Task, asker: Asker): DueCalendar {
  const stays = task.due_on !== null && task.due_on >= filter.from && task.due_on <= filter.to;
  const day = stays && belongs(filter, task, asker) !== false ? task.due_on : null;
  const was = calendar.days.find(({ tasks }) => tasks.some(({ id }) => id === task.id));
  if (!was && day === null) return calendar;
  if (was?.day === day) {
    const tasks = was.tasks.map((item) => (item.id === task.id ? { ...item, ...task } : item));
    return { days: calendar.days.map((item) => (item === was ? { ...was, tasks } : item)) };
  }
  const days = calendar.days
    .map((item) => (item === was ? { ...item, total: item.total - 1, tasks: item.tasks.filter(({ id }) => id !== task.id) } : item))
    .filter(({ total }) => total > 0);
  if (day === null) return { days };
  const target = days.find((item) => item.day === day);
  if (!target) return { days: [...days, { day, total: 1, tasks: [task] }].sort((a, b) => (a.day < b.day ? -1 : 1)) };
  return { days: days.map((item) => (item === target ? { ...item, total: item.total + 1, tasks: [task, ...item.tasks] } : item)) };
}

/** Counts after a task went from one status to another. */
export function moved(counts: TaskCounts, from: Task, to: Task): TaskCounts {
  if (from.status === to.status) return counts;
  return { ...counts, [from.status]: Math.max(0, counts[from.status] - 1), [to.status]: counts[to.status] + 1 };
}
