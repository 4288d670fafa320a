import { Link } from '@tanstack/react-router';

import type { Statistics } from '@/shared/api/types';
import { Section } from '@/shared/charts/figure';
import { formatNumber, formatPercent, t } from '@/shared/i18n/translate';

import { Change } from './change';
import { rightOf } from './figures';

const number = 'nums text-xl font-semibold underline-offset-4 hoverable:underline';

/** How often triage was right, and how often people changed what it had said; the accuracy page has the rest. */
export function Quality({ found: { quality } }: { found: Statistics }) {
  const right = rightOf(quality, 'now');
  const figures = [
    { label: t('statistics.reviewed'), value: formatNumber(quality.reviewed.now), change: <Change {...quality.reviewed} /> },
    {
      label: t('accuracy.category'),
      value: right === null ? '–' : formatPercent(right),
      change: <Change now={null} before={rightOf(quality, 'before')} words={formatPercent} />,
    },
    { label: t('accuracy.corrections'), value: formatNumber(quality.corrections.now), change: <Change {...quality.corrections} /> },
  ];
  return (
    <Section title={t('statistics.quality')} detail={t('statistics.quality.detail')}>
      <dl className="grid gap-px overflow-hidden rounded-xl border bg-line md:grid-cols-3">
        {figures.map(({ label, value, change }) => (
          <div key={label} className="flex flex-col gap-0.5 bg-surface px-4 py-3">
            <dt className="text-xs text-muted">{label}</dt>
            <dd className="flex items-baseline gap-3">
              <Link to="/accuracy" className={number}>
                {value}
              </Link>
              {change}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
