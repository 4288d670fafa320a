/** The board's columns and lanes, and what each cell asks the API for. */
import { taskListQuery, type TaskFilter } from '@/shared/api/tasks';
import type { Member, Source, Task, TaskGroups, TaskPatch, TaskStatus } from '@/shared/api/types';
import { valuesOf } from '@/shared/filters/filter-text';
import type { Lanes } from '@/shared/filters/list-search';
import { asked } from '@/shared/filters/use-list-search';
import { locale, t } from '@/shared/i18n/translate';
import { sourceKey } from '@/shared/sources/source-label';
import { categories, priorities, statuses } from '@/shared/tasks/vocabulary';

/** A duplicate needs to say of what: no card is dropped into such a column. */
export type ColumnStatus = TaskStatus;

const usual: readonly ColumnStatus[] = ['todo', 'in_progress', 'done'];
const together: Record<string, readonly ColumnStatus[]> = {
  open: ['triage', 'todo', 'in_progress'],
  closed: ['done', 'declined', 'duplicate'],
};

/** The columns that a filter names by its statuses; the usual ones when it names none. */
export function columnsOf(filter: string): readonly ColumnStatus[] {
  const named = valuesOf(filter, 'status').flatMap<string>((value) => together[value] ?? [value]);
  const columns = statuses.filter((status) => named.includes(status));
  return columns.length === 0 ? usual : columns;
}

export type Lane = {
  /** Id of a member or Source, a priority, a category; null for those that have none. */
  key: string | null;
  name: string;
};

/** Narrows the filter to a lane. */
export const laneFilter = (filter: string, lanes: Lanes, key: string | null) =>
  lanes === 'none' ? filter : [filter, `${lanes}:${key ?? 'none'}`].filter(Boolean).join(' ');

export const cellQuery = (status: ColumnStatus, filter: string, sort: string | undefined, limit?: number) => {
  const query: TaskFilter = {
    ...asked(filter),
    status: [status],
    sort: sort ?? (status === 'done' || status === 'in_progress' ? '-updated_at' : '-created_at'),
    ...(limit === undefined ? {} : { limit }),
  };
  return taskListQuery(query);
};

const byName = (a: Lane, b: Lane) => a.name.localeCompare(b.name, locale);

/** All lanes that a card can be in, in their order; of Sources only those that have cards. */
export function lanesOf(lanes: Lanes, groups: TaskGroups | undefined, members: readonly Member[], sources: readonly Source[]): Lane[] {
  const nobody = groups?.groups.some(({ key }) => key === null) ?? false;
  switch (lanes) {
    case 'none':
      return [];
    case 'priority':
      return priorities.map((key) => ({ key, name: t(`priority.${key}`) }));
    case 'category':
      return categories
        .filter((key) => key !== 'noise' || groups?.groups.some((group) => group.key === 'noise'))
        .map((key) => ({ key, name: t(`category.${key}`) }));
    case 'assignee':
      return [...members.map(({ id, name }) => ({ key: id, name })).sort(byName), { key: null, name: t('lanes.nobody') }];
    case 'source': {
      const used = sources.filter(({ id }) => groups?.groups.some(({ key }) => key === id));
      const named = used.map((source) => ({ key: source.id, name: sourceKey(source) })).sort(byName);
      return nobody ? [...named, { key: null, name: t('lanes.byHand') }] : named;
    }
  }
}

export function laneOf(task: Task, lanes: Lanes): string | null {
  switch (lanes) {
    case 'none':
      return null;
    case 'priority':
      return task.priority;
    case 'category':
      return task.category;
    case 'assignee':
      return task.assignee?.id ?? null;
    case 'source':
      return task.source?.id ?? null;
  }
}

/** What dropping a card in a cell changes; null when a card cannot be there. */
export function dropped(task: Task, status: ColumnStatus, lanes: Lanes, key: string | null): TaskPatch | null {
  if (status === 'duplicate' && task.status !== status) return null;
  const patch: TaskPatch = task.status === status ? {} : { status };
  if (laneOf(task, lanes) === key) return patch;
  switch (lanes) {
    case 'none':
      return patch;
    case 'priority':
      return { ...patch, priority: key as Task['priority'] };
    case 'category':
      return { ...patch, category: key as Task['category'] };
    case 'assignee':
      return { ...patch, assignee_id: key };
    case 'source':
      return null;
  }
}
