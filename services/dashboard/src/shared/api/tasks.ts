/** Queries and calls about tasks. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { api, queryString } from './client';
import { keys } from './keys';
import type {
  BulkEdit,
  BulkResult,
  Comment,
  DueCalendar,
  Page,
  Task,
  TaskCounts,
  TaskDetail,
  TaskDraft,
  TaskGroups,
  TaskPatch,
  TrackerEvent,
} from './types';

export type TaskFilter = {
  /** In the language of `shared/filters`. */
  filter?: string;
  /** What `today` means in it. */
  today?: string;
  status?: readonly string[];
  category?: string;
  priority?: string;
  source?: string;
  q?: string;
  snoozed?: boolean;
  sort?: string;
  limit?: number;
};

export const taskListQuery = (filter: TaskFilter) =>
  infiniteQueryOptions({
    queryKey: keys.taskList(filter),
    queryFn: ({ pageParam, signal }) => api<Page<Task>>('/tasks', { query: { ...filter, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** What waits in the inbox, newest first. */
export const inboxQuery = taskListQuery({ status: ['triage'], snoozed: false, sort: '-created_at' });

export const taskCountsQuery = queryOptions({
  queryKey: keys.taskCounts,
  queryFn: ({ signal }) => api<TaskCounts>('/tasks/counts', { signal }),
});

export const taskQuery = (number: number) =>
  queryOptions({
    queryKey: keys.taskDetail(number),
    queryFn: ({ signal }) => api<TaskDetail>(`/tasks/${number}`, { signal }),
    staleTime: 10_000,
  });

/** The same by id, as `duplicate_of` names it. */
export const taskByIdQuery = (id: string) =>
  queryOptions({
    queryKey: keys.taskById(id),
    queryFn: ({ signal }) => api<TaskDetail>(`/tasks/${id}`, { signal }),
    staleTime: 10_000,
  });

export const taskEventsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.taskEvents(id),
    queryFn: ({ signal }) => api<Page<TrackerEvent>>(`/tasks/${id}/events`, { query: { limit: 100 }, signal }),
  });

export const taskCommentsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.taskComments(id),
    queryFn: ({ signal }) => api<Page<Comment>>(`/tasks/${id}/comments`, { query: { limit: 200 }, signal }),
  });

export type GroupKey = 'nothing' | 'assignee' | 'priority' | 'category' | 'source';

export const taskGroupsQuery = (filter: TaskFilter, by: GroupKey) =>
  queryOptions({
    queryKey: keys.taskGroups({ ...filter, by }),
    queryFn: ({ signal }) => api<TaskGroups>('/tasks/groups', { query: { ...filter, by }, signal }),
  });

export type CalendarFilter = TaskFilter & { from: string; to: string; per_day: number };

export const taskCalendarQuery = (filter: CalendarFilter) =>
  queryOptions({
    queryKey: keys.taskCalendar(filter),
    queryFn: ({ signal }) => api<DueCalendar>('/tasks/calendar', { query: filter, signal }),
  });

/** The address of a file with all tasks of a list. */
export const exportUrl = (filter: TaskFilter, format: 'csv' | 'json') => `/api/tasks/export${queryString({ ...filter, format })}`;

/** As many as the API takes at once. */
export const MOST_EDITS = 200;

/** Changes many tasks in one transaction; what somebody else changed meanwhile is refused, and the others stand. */
export const editTasks = (edits: BulkEdit[]) => api<BulkResult>('/tasks/bulk', { method: 'POST', body: { edits } });

/** Changes a task that was read as `version`; someone else's change in between is a 412. */
export const patchTask = (id: string, version: number, patch: TaskPatch) =>
  api<Task>(`/tasks/${id}`, { method: 'PATCH', body: patch, headers: { 'if-match': `"${version}"` } });

/** Says that two tasks are not the same; the pair is never proposed again. */
export const dismissDuplicate = (taskId: string, otherId: string, keepalive = false) =>
  api<undefined>(`/tasks/${taskId}/duplicates/${otherId}/dismiss`, { method: 'POST', keepalive });

export const createTask = (draft: TaskDraft) => api<Task>('/tasks', { method: 'POST', body: draft });

export const addComment = (taskId: string, body: string) =>
  api<Comment>(`/tasks/${taskId}/comments`, { method: 'POST', body: { body } });

const SEARCH_HITS = 8;

export const taskSearchQuery = (q: string) =>
  queryOptions({
    queryKey: [...keys.tasks, 'search', q],
    queryFn: ({ signal }) => api<Page<Task>>('/tasks', { query: { q, limit: SEARCH_HITS }, signal }),
  });
