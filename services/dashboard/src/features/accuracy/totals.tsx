/** The answer first: how often triage was right, in figures and in one sentence each. */
import { Link } from '@tanstack/react-router';

import type { AccuracyReport } from '@/shared/api/types';
import { formatNumber, formatPercent, plural, t } from '@/shared/i18n/translate';

type Props = { totals: AccuracyReport['totals']; source: string | undefined };

function Figure({ value, label, detail }: { value: string; label: string; detail: string }) {
  return (
    <div className="flex flex-col gap-0.5">
      <dt className="text-muted">{label}</dt>
      <dd className="flex flex-col gap-0.5">
        <span className="nums text-2xl font-semibold tracking-tight">{value}</span>
        <span className="nums text-xs text-faint">{detail}</span>
      </dd>
    </div>
  );
}

export function Totals({ totals, source }: Props) {
  const judged = formatNumber(totals.judged);
  const of = (right: number) => t('accuracy.of', { right: formatNumber(right), judged });
  return (
    <section aria-label={t('accuracy.totals')} className="flex flex-col gap-4">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-5 md:flex md:gap-x-14">
        <Figure
          value={formatPercent(totals.category_accuracy ?? 0)}
          label={t('accuracy.category')}
          detail={of(totals.category_right)}
        />
        <Figure
          value={formatPercent(totals.priority_accuracy ?? 0)}
          label={t('accuracy.priority')}
          detail={of(totals.priority_right)}
        />
      </dl>
      <p className="max-w-2xl text-muted">
        {plural('accuracy.basis', totals.judged)}{' '}
        <Link to="/messages" search={{ source }} className="text-accent-ink underline underline-offset-2">
          {t('accuracy.messages')}
        </Link>
      </p>
    </section>
  );
}
