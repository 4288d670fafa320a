import { Link } from '@tanstack/react-router';

import type { AccuracyReport } from '@/shared/api/types';
import { headRow, Section, tableFrame } from '@/shared/charts/figure';
import { formatNumber, formatPercent, t } from '@/shared/i18n/translate';


const cell = 'nums h-11 px-3 text-right last:pr-4 md:h-10';
const link = 'underline-offset-2 hoverable:underline';

/** How right triage is on each channel; the name narrows the page, the number leads to the messages. */
export function BySource({ rows }: { rows: AccuracyReport['by_source'] }) {
  return (
    <Section title={t('accuracy.bySource')} detail={t('accuracy.bySource.detail')}>
      <div className={tableFrame}>
        <table className="w-full border-collapse">
          <thead>
            <tr className={headRow}>
              <th scope="col" className="pl-4! text-left">
                {t('property.source')}
              </th>
              <th scope="col" className="text-right">
                {t('accuracy.judged')}
              </th>
              <th scope="col" className="text-right">
                {t('property.category')}
              </th>
              <th scope="col" className="pr-4! text-right">
                {t('property.priority')}
              </th>
            </tr>
          </thead>
          <tbody className="divide-y">
            {rows.map(({ source, judged, category_accuracy: category, priority_accuracy: priority }) => (
              <tr key={source}>
                <th scope="row" className="h-11 max-w-40 truncate pl-4 text-left font-medium md:h-10">
                  <Link to="/accuracy" search={(before) => ({ ...before, source })} className={link}>
                    {source}
                  </Link>
                </th>
                <td className={cell}>
                  <Link to="/messages" search={{ source }} aria-label={t('accuracy.messagesOf', { judged, source })} className={link}>
                    {formatNumber(judged)}
                  </Link>
                </td>
                <td className={cell}>{formatPercent(category)}</td>
                <td className={cell}>{formatPercent(priority)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
