/** A chart with its heading, what it says in one sentence, and the same figures as a table. */
import { Suspense, useId, type ReactNode } from 'react';

import { t } from '@/shared/i18n/translate';
import { Skeleton } from '@/shared/ui/states';

// The same height while it loads: nothing below moves.
const PLACE = 'h-56';

export function Section({ title, detail, children }: { title: string; detail?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex min-w-0 flex-col gap-3">
      <header>
        <h2 id={id} className="text-base font-semibold">
          {title}
        </h2>
        {detail && <p className="max-w-2xl text-muted">{detail}</p>}
      </header>
      {children}
    </section>
  );
}

/** The first cell names the row. */
type Row = { key: string; cells: readonly ReactNode[] };

export const tableFrame = 'overflow-x-auto rounded-xl border bg-surface';
export const headRow = 'border-b text-xs text-faint [&_th]:h-9 [&_th]:px-3 [&_th]:font-medium';

export function ChartFigure(props: { label: string; heads: readonly string[]; rows: readonly Row[]; children: ReactNode }) {
  const { label, heads, rows, children } = props;
  return (
    <figure className="rounded-xl border bg-surface">
      <div role="img" aria-label={label} className={`${PLACE} mt-1 pr-2`}>
        <Suspense fallback={<Skeleton className="mx-4 mt-4 h-44" />}>{children}</Suspense>
      </div>
      <details className="mt-1 border-t">
        <summary className="px-4 py-2 text-xs text-muted">{t('chart.asTable')}</summary>
        <div className="max-h-72 overflow-auto border-t">
          <table className="w-full border-collapse">
            <thead>
              <tr className={headRow}>
                {heads.map((head, index) => (
                  <th key={head} scope="col" className={index === 0 ? 'pl-4! text-left' : 'text-right last:pr-4!'}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y">
              {rows.map(({ key, cells: [first, ...others] }) => (
                <tr key={key}>
                  <th scope="row" className="nums h-9 pl-4 text-left font-normal">
                    {first}
                  </th>
                  {others.map((cell, index) => (
                    <td key={heads[index + 1]} className="nums h-9 px-3 text-right last:pr-4">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
