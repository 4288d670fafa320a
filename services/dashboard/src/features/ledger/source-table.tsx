import { Link } from '@tanstack/react-router';

import type { SourceBalance } from '@/shared/api/types';
import { formatNumber, t } from '@/shared/i18n/translate';
import { parts } from '@/shared/ledger/balance-bar';
import { cn } from '@/shared/ui/cn';

/** The same sum for each Source; every figure links to its messages. */
export function SourceTable({ rows }: { rows: readonly SourceBalance[] }) {
  if (rows.length === 0) return null;
  const cell = 'nums h-11 px-3 text-right md:h-10';
  return (
    <section aria-labelledby="by-source" className="flex flex-col gap-3">
      <h2 id="by-source" className="text-base font-semibold">
        {t('ledger.bySource')}
      </h2>
      <div className="overflow-x-auto rounded-xl border bg-surface">
        <table className="w-full min-w-130 border-collapse">
          <thead>
            <tr className="border-b text-xs text-faint [&_th]:h-9 [&_th]:px-3 [&_th]:font-medium">
              <th scope="col" className="pl-4! text-left">
                {t('property.source')}
              </th>
              <th scope="col" className="text-right">
                {t('ledger.received')}
              </th>
              {parts.map(({ name }) => (
                <th key={name} scope="col" className="text-right last:pr-4">
                  {t(`ledger.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y">
            {rows.map((row) => (
              <tr key={row.source ?? ''}>
                <th scope="row" className="h-11 pl-4 text-left font-medium md:h-10">
                  {row.source ?? t('ledger.noSource')}
                </th>
                <td className={cell}>
                  <Link to="/messages" search={{ source: row.source ?? undefined }} className="underline-offset-2 hoverable:underline">
                    {formatNumber(row.received)}
                  </Link>
                </td>
                {parts.map(({ name, state }) => (
                  <td key={name} className={cn(cell, 'last:pr-4', row[name] === 0 && 'text-faint', name === 'dead' && row.dead > 0 && 'text-red')}>
                    <Link
                      to="/messages"
                      search={{ source: row.source ?? undefined, state }}
                      className="underline-offset-2 hoverable:underline"
                    >
                      {formatNumber(row[name])}
                    </Link>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
