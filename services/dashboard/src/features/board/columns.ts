/** The board's columns and what each asks the API for. */
import { taskListQuery } from '@/shared/api/tasks';
import type { TaskStatus } from '@/shared/api/types';

export type ColumnStatus = Extract<TaskStatus, 'todo' | 'in_progress' | 'done'>;

export const columnStatuses: readonly ColumnStatus[] = ['todo', 'in_progress', 'done'];

export const columnQuery = (status: ColumnStatus) =>
  taskListQuery({ status: [status], sort: status === 'todo' ? '-created_at' : '-updated_at' });

/** The column beside this one, or null at the edge. */
export function neighbour(status: string, step: 1 | -1): ColumnStatus | null {
  return columnStatuses[columnStatuses.findIndex((column) => column === status) + step] ?? null;
}
