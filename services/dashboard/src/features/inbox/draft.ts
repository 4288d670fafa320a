/** A suggestion under edit: only what differs is sent, so that nothing counts as a correction that is none. */
import type { Task, TaskPatch } from '@/shared/api/types';

export type Draft = Required<
  Pick<TaskPatch, 'title' | 'description' | 'category' | 'priority' | 'assignee_id' | 'due_on' | 'labels'>
>;

export function draftOf(task: Task): Draft {
  const { title, description, category, priority, due_on, labels } = task;
  return { title, description, category, priority, due_on, labels, assignee_id: task.assignee?.id ?? null };
}

export const parseLabels = (text: string): string[] => [
  ...new Set(text.split(',').map((label) => label.trim()).filter(Boolean)),
];

export function draftPatch(task: Task, draft: Draft): TaskPatch {
  const before = draftOf(task);
  const cleaned: Draft = { ...draft, title: draft.title.trim() };
  const names = Object.keys(before) as (keyof Draft)[];
  return Object.fromEntries(
    names.filter((name) => JSON.stringify(cleaned[name]) !== JSON.stringify(before[name])).map((name) => [name, cleaned[name]]),
  );
}
