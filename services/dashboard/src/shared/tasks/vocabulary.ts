/** The words of a task in the order that screens show them. */
import type { Category, Priority, TaskStatus } from '@/shared/api/types';

export const statuses = ['triage', 'todo', 'in_progress', 'done', 'declined', 'duplicate'] as const satisfies TaskStatus[];
/** What a person may choose; a duplicate needs to say of which task. */
export const choosableStatuses = ['triage', 'todo', 'in_progress', 'done', 'declined'] as const satisfies TaskStatus[];
export const priorities = ['urgent', 'high', 'medium', 'low'] as const satisfies Priority[];
/** The key that chooses each of them in its menu. */
export const priorityKeys = { urgent: '1', high: '2', medium: '3', low: '4' } as const satisfies Record<Priority, string>;
export const categories = ['bug', 'feature', 'question', 'task', 'incident', 'noise'] as const satisfies Category[];
export const categoryKeys = {
  bug: 'b',
  feature: 'f',
  question: 'q',
  task: 't',
  incident: 'i',
  noise: 'n',
} as const satisfies Record<Category, string>;
