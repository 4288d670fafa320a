import { formatNumber, formatPercent, t } from '@/shared/i18n/translate';

import { changeOf } from './figures';

/** What it was in the period before, and by how much it is another now. No colour: more is not always better. */
export function Change({ now, before, words = formatNumber }: { now: number | null; before: number | null; words?: (value: number) => string }) {
  if (before === null) return <span className="text-xs text-faint">{t('statistics.noBefore')}</span>;
  const change = now === null ? null : changeOf(now, before);
  const sign = change === null || change === 0 ? '' : change > 0 ? '+' : '−';
  return (
    <span className="nums text-xs whitespace-nowrap text-faint">
      {t('statistics.before', { before: words(before) })}
      {change !== null && ` · ${sign}${formatPercent(Math.abs(change))}`}
    </span>
  );
}
