/** The answer first: what came in, what was made of it, and what it cost, beside the period before. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { Statistics } from '@/shared/api/types';
import { costOf } from '@/shared/i18n/cost';
import { formatNumber, formatPercent, t } from '@/shared/i18n/translate';

import { Change } from './change';
import { rightOf, sumOf } from './figures';
import { messagesOf, tasksOf } from './lists';

const number = 'nums text-2xl font-semibold tracking-tight underline-offset-4 hoverable:underline';

function Figure({ label, change, children }: { label: string; change: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <dt className="text-muted">{label}</dt>
      <dd className="flex flex-col items-start gap-0.5">
        {children}
        {change}
      </dd>
    </div>
  );
}

export function Totals({ found }: { found: Statistics }) {
  const { messages, tasks, done, period, models } = found;
  const right = rightOf(found.quality, 'now');
  const cost = { now: sumOf(models, (model) => model.cost_micros.now), before: sumOf(models, (model) => model.cost_micros.before) };
  return (
    <section aria-label={t('statistics.totals')}>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-6 md:grid-cols-5">
        <Figure label={t('statistics.received')} change={<Change {...messages} />}>
          <Link {...messagesOf(period)} className={number}>
            {formatNumber(messages.now)}
          </Link>
        </Figure>
        <Figure label={t('statistics.newTasks')} change={<Change {...tasks} />}>
          <Link {...tasksOf(period, { moment: 'created' })} className={number}>
            {formatNumber(tasks.now)}
          </Link>
        </Figure>
        <Figure label={t('status.done')} change={<Change {...done} />}>
          <Link {...tasksOf(period, { moment: 'closed', status: 'done' })} className={number}>
            {formatNumber(done.now)}
          </Link>
        </Figure>
        <Figure label={t('accuracy.category')} change={<Change now={null} before={rightOf(found.quality, 'before')} words={formatPercent} />}>
          <Link to="/accuracy" className={number}>
            {right === null ? '–' : formatPercent(right)}
          </Link>
        </Figure>
        <Figure label={t('statistics.cost')} change={<Change {...cost} words={costOf} />}>
          <a href="#models" className={number}>
            {costOf(cost.now)}
          </a>
        </Figure>
      </dl>
    </section>
  );
}
