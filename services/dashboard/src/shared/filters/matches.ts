/** Whether a task fulfils a filter, as far as that can be told without the API: what lists show before it has answered. */
import type { Priority, Task } from '@/shared/api/types';
import { isoDay } from '@/shared/i18n/dates';

import { readFilter, type Asking } from './filter-text';

/** What `me` and `today` mean. */
export type Asker = { memberId: string | undefined; now: number };

const ranks: Record<Priority, number> = { low: 0, medium: 1, high: 2, urgent: 3 };
const open = ['triage', 'todo', 'in_progress'];
const SPAN = /^(\d{1,4})([dwm])$/;
const days: Record<string, number> = { d: 1, w: 7, m: 30 };
const DAY_MS = 24 * 60 * 60 * 1000;

function compare(comparison: Asking['comparison'], left: number, right: number): boolean {
  switch (comparison) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '':
      return left === right;
  }
}

const shifted = (now: number, by: number) => isoDay(new Date(now + by * DAY_MS));
const isOpen = (task: Task) => open.includes(task.status);
const isOverdue = (task: Task, now: number) => task.due_on !== null && task.due_on < shifted(now, 0) && isOpen(task);

function byDue({ values, comparison }: Asking, task: Task, now: number): boolean | undefined {
  const [value = ''] = values;
  if (value === 'overdue') return isOverdue(task, now);
  if (value === 'none') return task.due_on === null;
  if (value === 'any') return task.due_on !== null;
  if (task.due_on === null) return false;
  const [, count, unit] = SPAN.exec(value) ?? [];
  const named: Record<string, number> = { yesterday: -1, today: 0, tomorrow: 1 };
  const day = (text: string) => (named[text] === undefined ? text : shifted(now, named[text]));
  let [first, last] = value.split('..').map(day);
  if (count !== undefined && unit !== undefined) {
    last = shifted(now, Number(count) * (days[unit] ?? 1));
    first = comparison === '' ? shifted(now, 0) : last;
  }
  first ??= '';
  last ??= first;
  switch (comparison) {
    case '<':
      return task.due_on < first;
    case '<=':
      return task.due_on <= last;
    case '>':
      return task.due_on > last;
    case '>=':
      return task.due_on >= first;
    case '':
      return task.due_on >= first && task.due_on <= last;
  }
}

function isAsked(asking: Asking, task: Task, { memberId, now }: Asker): boolean | undefined {
  const { field, values, comparison } = asking;
  switch (field) {
    case 'status':
      return values.some((value) => (value === 'open' ? isOpen(task) : value === 'closed' ? !isOpen(task) : value === task.status));
    case 'priority':
      return values.some((value) => value in ranks && compare(comparison, ranks[task.priority], ranks[value as Priority]));
    case 'category':
      return values.includes(task.category);
    case 'label':
      return values.some((value) => (value === 'none' ? task.labels.length === 0 : task.labels.includes(value)));
    case 'source':
      if (!task.source) return values.includes('none');
      return [task.source.id, task.source.name, `${task.source.namespace}/${task.source.name}`].some((name) => values.includes(name));
    case 'assignee': {
      const { assignee } = task;
      if (assignee === null) return values.includes('none');
      if (assignee.id === memberId && values.includes('me')) return true;
      const names = [assignee.id, assignee.name.toLowerCase()];
      // A new assignee's name and an address are known to the API alone.
      const unsure = assignee.name === '…' || values.some((value) => value.includes('@'));
      return values.some((value) => names.includes(value.toLowerCase())) || (unsure ? undefined : false);
    }
    case 'due':
      return byDue(asking, task, now);
    case 'is':
      if (values[0] === 'overdue') return isOverdue(task, now);
      if (values[0] === 'unassigned') return task.assignee === null;
      return task.snoozed_until !== null && Date.parse(task.snoozed_until) > now;
    case 'confidence':
    case 'created':
    case 'updated':
    case 'decided':
    case 'replied':
    case 'closed':
      return undefined;
  }
}

/** True or false where it can be told, undefined where only the API knows. */
export function matches(filter: string, task: Task, asker: Asker): boolean | undefined {
  const { askings, words, refused } = readFilter(filter);
  const said = askings.map((asking) => {
    const answer = isAsked(asking, task, asker);
    return answer === undefined ? undefined : answer !== asking.negated;
  });
  if (said.includes(false)) return false;
  return words !== '' || refused || said.includes(undefined) ? undefined : true;
}
