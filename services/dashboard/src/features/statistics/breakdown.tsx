/** The same volume by what it is about: a bar for each, and its number leads to the list. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { Statistics } from '@/shared/api/types';
import { Section } from '@/shared/charts/figure';
import { formatNumber, t } from '@/shared/i18n/translate';
import { CategoryDot, PriorityIcon } from '@/shared/tasks/icons';

import { Change } from './change';
import { messagesOf, tasksOf } from './lists';

type Counted = { now: number; before: number };
type Row = { key: string; icon?: ReactNode; label: string; count: Counted; list: ReturnType<typeof messagesOf> | ReturnType<typeof tasksOf> };

function Bars({ title, rows }: { title: string; rows: readonly Row[] }) {
  const most = Math.max(1, ...rows.map(({ count }) => count.now));
  return (
    <div className="min-w-0">
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      <ul className="flex flex-col gap-px overflow-hidden rounded-xl border bg-surface py-1.5">
        {rows.length === 0 && <li className="px-4 py-2 text-muted">{t('statistics.none')}</li>}
        {rows.map(({ key, icon, label, count, list }) => (
          <li key={key} className="flex flex-col gap-1 px-4 py-1.5">
            <span className="flex items-baseline gap-2">
              {icon && <span className="self-center">{icon}</span>}
              <span className="min-w-0 flex-1 truncate">{label}</span>
              <Change {...count} />
              <Link {...list} aria-label={`${label}: ${formatNumber(count.now)}`} className="nums min-w-8 text-right font-medium underline-offset-2 hoverable:underline">
                {formatNumber(count.now)}
              </Link>
            </span>
            <span aria-hidden="true" className="block h-1.5 rounded-full bg-hover">
              <span className="block h-full rounded-full bg-accent" style={{ width: `${(count.now / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Breakdown({ found }: { found: Statistics }) {
  const { period } = found;
  return (
    <Section title={t('statistics.breakdown')} detail={t('statistics.breakdown.detail')}>
      <div className="grid gap-6 lg:grid-cols-3">
        <Bars
          title={t('statistics.bySource')}
          rows={found.by_source.map(({ source, messages, tasks }): Row =>
            source === null
              ? { key: '', label: t('filter.byHand'), count: tasks, list: tasksOf(period, { moment: 'created', source: 'none' }) }
              : { key: source, label: source, count: messages, list: messagesOf(period, source) },
          )}
        />
        <Bars
          title={t('statistics.byCategory')}
          rows={found.by_category.map(({ category, tasks }) => ({
            key: category,
            icon: <CategoryDot value={category} />,
            label: t(`category.${category}`),
            count: tasks,
            list: tasksOf(period, { moment: 'created', category }),
          }))}
        />
        <Bars
          title={t('statistics.byPriority')}
          rows={found.by_priority.map(({ priority, tasks }) => ({
            key: priority,
            icon: <PriorityIcon value={priority} />,
            label: t(`priority.${priority}`),
            count: tasks,
            list: tasksOf(period, { moment: 'created', priority }),
          }))}
        />
      </div>
    </Section>
  );
}
