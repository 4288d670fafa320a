/** What triage said and what it really was: the diagonal is right, everything beside it is a correction. */
import type { AccuracyReport, Category } from '@/shared/api/types';
import { headRow, Section, tableFrame } from '@/shared/charts/figure';
import { formatNumber, formatPercent, t } from '@/shared/i18n/translate';
import { CategoryDot } from '@/shared/tasks/icons';
import { categories } from '@/shared/tasks/vocabulary';
import { cn } from '@/shared/ui/cn';

import { confusionOf, type ConfusionRow } from './figures';

/** On a phone the dot stands for the word, which the rows explain. */
function Head({ category }: { category: Category }) {
  return (
    <th scope="col" title={t(`category.${category}`)} className="px-1! text-center md:px-2!">
      <span className="inline-flex items-center">
        <CategoryDot value={category} className="mx-0 md:hidden" />
        <span className="max-md:sr-only">{t(`category.${category}`)}</span>
      </span>
    </th>
  );
}

function Cell({ row, category }: { row: ConfusionRow; category: Category }) {
  const count = row.counts[category];
  const right = row.said === category;
  return (
    <td className="p-0.5">
      <span
        className={cn(
          'nums mx-auto flex h-8 items-center justify-center rounded-md md:max-w-24',
          right && (count > 0 ? 'bg-green-soft font-medium text-green' : 'bg-hover text-faint'),
          !right && count > 0 && 'bg-amber-soft font-medium text-amber',
          !right && count === 0 && 'text-line-strong',
        )}
      >
        {!right && count === 0 ? <span aria-hidden="true">·</span> : formatNumber(count)}
        {count === 0 && !right && <span className="sr-only">0</span>}
      </span>
    </td>
  );
}

export function Confusion({ rows: given }: { rows: AccuracyReport['by_category'] }) {
  const rows = confusionOf(given, categories);
  return (
    <Section title={t('accuracy.byCategory')} detail={t('accuracy.byCategory.detail')}>
      <div className={tableFrame}>
        <table className="w-full table-fixed border-collapse">
          <thead>
            <tr className={headRow}>
              <th scope="col" className="w-27 pr-0! pl-4! text-left whitespace-nowrap md:w-40">
                {t('accuracy.said')}
              </th>
              {categories.map((category) => (
                <Head key={category} category={category} />
              ))}
              <th scope="col" className="w-14 pr-4! pl-0! text-right md:w-24">
                {t('accuracy.right')}
              </th>
            </tr>
          </thead>
          <tbody className="[&_tr:last-child>*]:pb-1 [&_tr:first-child>*]:pt-1">
            {rows.map((row) => (
              <tr key={row.said}>
                <th scope="row" className="h-10 pl-3 text-left font-medium">
                  <span className="inline-flex items-center gap-1.5">
                    <CategoryDot value={row.said} />
                    {t(`category.${row.said}`)}
                  </span>
                </th>
                {categories.map((category) => (
                  <Cell key={category} row={row} category={category} />
                ))}
                <td className="nums pr-4 text-right">{formatPercent(row.right / row.judged)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
