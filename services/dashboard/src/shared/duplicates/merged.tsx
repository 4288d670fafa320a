/** Where a duplicate went, and what came from duplicates: both with the way back. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Merge } from 'lucide-react';

import { taskByIdQuery } from '@/shared/api/tasks';
import type { Task, TaskDetail } from '@/shared/api/types';
import { plural, t } from '@/shared/i18n/translate';
import { StatusIcon } from '@/shared/tasks/icons';
import { Button } from '@/shared/ui/button';

import { useMerging } from './use-merging';

const link = 'min-w-0 flex-1 truncate font-medium underline-offset-2 hoverable:underline';

function Named({ number, title }: { number: number; title: string }) {
  return (
    <Link to="/tasks/$number" params={{ number: String(number) }} className={link}>
      <span className="nums mr-1.5 font-normal text-faint">#{number}</span>
      {title}
    </Link>
  );
}

/** On a duplicate: the task that stands for it. */
export function DuplicateOf({ task }: { task: Task }) {
  const target = useQuery({ ...taskByIdQuery(task.duplicate_of ?? ''), enabled: task.duplicate_of !== null });
  const { unmerge } = useMerging();
  if (task.duplicate_of === null) return null;
  return (
    <section aria-label={t('duplicate.of')} className="flex min-h-12 items-center gap-2.5 rounded-lg border bg-surface py-1.5 pr-1.5 pl-3.5">
      <StatusIcon value="duplicate" />
      <span className="shrink-0 text-muted">{t('duplicate.of')}</span>
      {target.data ? <Named number={target.data.number} title={target.data.title} /> : <span className="flex-1" />}
      <Button tone="quiet" onClick={() => unmerge(task)}>
        {t('duplicate.unmerge')}
      </Button>
    </section>
  );
}

/** On the target: the tasks that were merged into it. */
export function Merged({ task }: { task: TaskDetail }) {
  const { unmergeNamed } = useMerging();
  if (task.merged.length === 0) return null;
  return (
    <section aria-label={t('duplicate.merged.title')} className="rounded-lg border bg-surface">
      <h2 className="flex items-center gap-2 border-b px-3.5 py-2.5 font-medium">
        <Merge aria-hidden="true" className="size-4 shrink-0 text-muted" strokeWidth={1.75} />
        {plural('duplicate.holds', task.merged.length)}
      </h2>
      <ul className="divide-y">
        {task.merged.map((merged) => (
          <li key={merged.id} className="flex min-h-12 items-center gap-2 py-1 pr-1.5 pl-3.5">
            <Named number={merged.number} title={merged.title} />
            <Button tone="quiet" aria-label={t('duplicate.unmerge.what', { number: merged.number })} onClick={() => unmergeNamed(merged)}>
              {t('duplicate.unmerge')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
