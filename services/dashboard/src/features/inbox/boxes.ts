/** The lists that the inbox shows: what waits for a decision, what sleeps, and what was declined. */
import { inboxQuery, taskListQuery } from '@/shared/api/tasks';
import type { Task, TaskPatch } from '@/shared/api/types';
import { isSnoozed } from '@/shared/tasks/task-cache';

export const boxes = ['waiting', 'snoozed', 'declined'] as const;
export type Box = (typeof boxes)[number];

const queries = {
  waiting: inboxQuery,
  snoozed: taskListQuery({ status: ['triage'], snoozed: true, sort: '-created_at' }),
  declined: taskListQuery({ status: ['declined'], sort: '-updated_at' }),
} as const satisfies Record<Box, ReturnType<typeof taskListQuery>>;

export const boxQuery = (box: Box) => queries[box];

export type InboxSearch = { box?: Box };

/** What waits is the inbox itself and needs no word in the address. */
export function parseInboxSearch(search: Record<string, unknown>): InboxSearch {
  const box = boxes.find((name) => name === search.box);
  return { box: box === 'waiting' ? undefined : box };
}

export function belongsTo(box: Box, task: Task): boolean {
  if (box === 'declined') return task.status === 'declined';
  return task.status === 'triage' && isSnoozed(task) === (box === 'snoozed');
}

/** What wakes up with a decision would otherwise go on to sleep among the others. */
const awake = (task: Task): TaskPatch => (task.snoozed_until === null ? {} : { snoozed_until: null });

export const accepting = (task: Task): TaskPatch => ({ status: 'todo', ...awake(task) });

/** Back among those that wait. */
export const restoring = (task: Task): TaskPatch => ({ ...(task.status === 'triage' ? {} : { status: 'triage' }), ...awake(task) });
