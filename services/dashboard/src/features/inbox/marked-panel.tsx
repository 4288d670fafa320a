/** What is marked, in place of one suggestion: its properties are set, and its decisions made, for all of them at once. */
import { X } from 'lucide-react';

import type { Task } from '@/shared/api/types';
import { plural, t } from '@/shared/i18n/translate';
import type { Openings } from '@/shared/tasks/correction-keys';
import { DuePicker } from '@/shared/tasks/due-picker';
import { CategoryDot, PriorityIcon } from '@/shared/tasks/icons';
import { AssigneePicker, CategoryPicker, PriorityPicker } from '@/shared/tasks/pickers';
import { IconButton } from '@/shared/ui/icon-button';

import type { InboxActions } from './use-inbox';

type Props = { marked: readonly Task[]; actions: InboxActions; opening: Openings };

export function MarkedPanel({ marked, actions, opening }: Props) {
  const first = marked[0];
  if (!first) return null;
  const { change } = actions;
  return (
    <div className="mx-auto flex w-full max-w-[46rem] flex-col gap-5 px-4 py-5 md:px-10 md:py-9">
      <header className="flex flex-col gap-3">
        <h2 className="text-xl font-semibold tracking-tight">{plural('inbox.marked', marked.length)}</h2>
        <p className="text-muted">{t('inbox.marked.detail')}</p>
        <div className="flex flex-wrap gap-1.5">
          <CategoryPicker {...opening('category')} value={first.category} onChange={(category) => change({ category })} />
          <PriorityPicker {...opening('priority')} value={first.priority} onChange={(priority) => change({ priority })} />
          <AssigneePicker {...opening('assignee')} value={first.assignee} onChange={(assignee_id) => change({ assignee_id })} />
          <DuePicker {...opening('due')} value={first.due_on} onChange={(due_on) => change({ due_on })} />
        </div>
      </header>
      <ul aria-label={plural('inbox.marked', marked.length)} className="divide-y rounded-lg border bg-surface">
        {marked.map((task) => (
          <li key={task.id} className="flex min-h-11 items-center gap-2 py-1 pr-1 pl-3.5">
            <PriorityIcon value={task.priority} labelled />
            <CategoryDot value={task.category} />
            <span className="nums text-faint">#{task.number}</span>
            <span className="min-w-0 flex-1 truncate">{task.title}</span>
            <IconButton icon={X} label={t('inbox.unmark', { number: task.number })} onClick={() => actions.mark(task)} />
          </li>
        ))}
      </ul>
    </div>
  );
}
