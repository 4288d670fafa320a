/** The orders of a list of tasks, where they can be told without the API. As there, what has no value comes last. */
import type { Task } from '@/shared/api/types';

import { priorities, statuses } from './vocabulary';

const rank = <T extends string>(order: readonly T[]) => (value: T) => order.indexOf(value);
const urgency = rank(priorities);
const stage = rank(statuses);

const keys: Record<string, (task: Task) => string | number | null> = {
  created_at: (task) => task.created_at,
  updated_at: (task) => task.updated_at,
  number: (task) => task.number,
  priority: (task) => -urgency(task.priority),
  status: (task) => stage(task.status),
  category: (task) => task.category,
  title: (task) => task.title.toLowerCase(),
  due_on: (task) => task.due_on,
  confidence: (task) => task.confidence,
  assignee: (task) => task.assignee?.name.toLowerCase() ?? null,
};

/** Compares two tasks as `sort` orders them; null for an order that only the API knows. */
export function comparing(sort: string): ((a: Task, b: Task) => number) | null {
  const key = keys[sort.replace('-', '')];
  if (!key) return null;
  const direction = sort.startsWith('-') ? -1 : 1;
  return (a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left === right) return a.id < b.id ? -direction : direction;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -direction : direction;
  };
}
