import { Link } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';

import type { TaskDetail } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { StatusIcon } from '@/shared/tasks/icons';

import { sameConversation } from './related';

/** What else people asked for while they talked about this. */
export function SameConversation({ task }: { task: TaskDetail }) {
  const others = sameConversation(task);
  if (others.length === 0) return null;
  return (
    <section aria-label={t('task.related')} className="rounded-lg border bg-surface">
      <h2 className="flex items-center gap-2 border-b px-3.5 py-2.5 font-medium">
        <MessagesSquare aria-hidden="true" className="size-4 shrink-0 text-muted" strokeWidth={1.75} />
        {t('task.related')}
      </h2>
      <ul className="divide-y">
        {others.map(({ id, number, title, status }) => (
          <li key={id} className="flex min-h-11 items-center gap-2 px-3.5">
            <StatusIcon value={status} labelled />
            <Link to="/tasks/$number" params={{ number: String(number) }} className="min-w-0 flex-1 truncate underline-offset-2 hoverable:underline">
              <span className="nums mr-1.5 text-faint">#{number}</span>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
