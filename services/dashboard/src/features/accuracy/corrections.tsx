import type { AccuracyReport } from '@/shared/api/types';
import { Section } from '@/shared/charts/figure';
import { formatNumber, t } from '@/shared/i18n/translate';
import { propertyName } from '@/shared/tasks/property-name';


/** What people changed most of what triage had read off the messages. */
export function Corrections({ rows }: { rows: AccuracyReport['corrections'] }) {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <Section title={t('accuracy.corrections')} detail={t(rows.length > 0 ? 'accuracy.corrections.detail' : 'accuracy.corrections.none')}>
      {rows.length > 0 && (
        <dl className="flex flex-col gap-px overflow-hidden rounded-xl border bg-surface py-2">
          {rows.map(({ field, count }) => (
            <div key={field} className="flex h-9 items-center gap-3 px-4">
              <dt className="w-24 shrink-0 truncate">{propertyName(field)}</dt>
              <dd className="flex min-w-0 flex-1 items-center gap-3">
                <span aria-hidden="true" className="h-2 min-w-1 rounded-full bg-accent" style={{ width: `${(count / most) * 80}%` }} />
                <span className="nums text-muted">{formatNumber(count)}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}
