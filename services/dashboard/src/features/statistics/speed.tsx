/** How long people wait: half of them at most the median, nine of ten at most the p90. */
import { Link } from '@tanstack/react-router';

import type { Statistics } from '@/shared/api/types';
import { headRow, Section, tableFrame } from '@/shared/charts/figure';
import { formatDuration } from '@/shared/i18n/durations';
import { formatNumber, t } from '@/shared/i18n/translate';

import { Change } from './change';
import { messagesOf, tasksOf } from './lists';

const cell = 'h-12 px-3 text-right last:pr-4';
const said = (seconds: number | null) => (seconds === null ? '–' : formatDuration(seconds));

export function Speed({ found: { speeds, period } }: { found: Statistics }) {
  const rows = [
    { name: 'judged', list: messagesOf(period) },
    { name: 'decided', list: tasksOf(period, { moment: 'decided' }) },
    { name: 'replied', list: tasksOf(period, { moment: 'replied' }) },
    { name: 'finished', list: tasksOf(period, { moment: 'closed', status: 'done' }) },
  ] as const;
  return (
    <Section title={t('statistics.speed')} detail={t('statistics.speed.detail')}>
      <div className={tableFrame}>
        <table className="w-full border-collapse">
          <thead>
            <tr className={headRow}>
              <th scope="col" className="pl-4! text-left">
                {t('statistics.until')}
              </th>
              <th scope="col" className="text-right">
                {t('statistics.count')}
              </th>
              <th scope="col" className="text-right">
                {t('statistics.median')}
              </th>
              <th scope="col" className="pr-4! text-right">
                {t('statistics.p90')}
              </th>
            </tr>
          </thead>
          <tbody className="divide-y">
            {rows.map(({ name, list }) => {
              const { now, before } = speeds[name];
              return (
                <tr key={name}>
                  <th scope="row" className="h-12 py-1.5 pl-4 text-left font-normal">
                    <span className="block font-medium">{t(`statistics.${name}`)}</span>
                    <span className="block text-xs text-faint max-md:hidden">{t(`statistics.${name}.detail`)}</span>
                  </th>
                  <td className={cell}>
                    <Link {...list} aria-label={`${t(`statistics.${name}`)}: ${formatNumber(now.count)}`} className="nums underline-offset-2 hoverable:underline">
                      {formatNumber(now.count)}
                    </Link>
                  </td>
                  {(['median', 'p90'] as const).map((share) => (
                    <td key={share} className={cell}>
                      <span className="nums block font-medium whitespace-nowrap">{said(now[share])}</span>
                      <Change now={now[share]} before={before[share]} words={formatDuration} />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
