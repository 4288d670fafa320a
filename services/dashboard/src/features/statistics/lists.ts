/** The list behind each figure: what it counts is what the link shows. */
import type { Category, Priority, TaskStatus } from '@/shared/api/types';
import { writeFilter, type Field } from '@/shared/filters/filter-text';

import type { Period } from './statistics-search';

type Wanted = {
  /** Which moment of a task lies in the period. */
  moment?: 'created' | 'decided' | 'replied' | 'closed';
  status?: TaskStatus | 'open';
  category?: Category;
  priority?: Priority;
  source?: string;
  /** A name; null for nobody. */
  assignee?: string | null;
  overdue?: boolean;
};

/** Where tasks are listed that were created, decided, answered or closed in the period. */
export function tasksOf({ from, to }: Period, { moment, assignee, overdue, ...plain }: Wanted) {
  const asked: [Field, string | undefined][] = [
    ['status', plain.status],
    ['category', plain.category],
    ['priority', plain.priority],
    ['source', plain.source],
    ['assignee', assignee === null ? 'none' : assignee],
    ['is', overdue ? 'overdue' : undefined],
  ];
  if (moment) asked.push([moment, from === to ? from : `${from}..${to}`]);
  const askings = asked.flatMap(([field, value]) => (value === undefined ? [] : [{ field, comparison: '' as const, values: [value], negated: false }]));
  return { to: '/tasks', search: { filter: writeFilter({ askings, words: '' }) } } as const;
}

/** Where messages are listed that came in within the period. */
export const messagesOf = ({ from, to }: Period, source?: string) => ({ to: '/messages', search: { from, to, source } }) as const;
