import type { AccuracyReport } from '@/shared/api/types';
import { ChartFigure, Section } from '@/shared/charts/figure';
import { formatDueDay } from '@/shared/i18n/dates';
import { formatNumber, formatPercent, plural, t } from '@/shared/i18n/translate';

import { seriesOf } from './figures';
import { OverTimeChart } from './lazy-charts';

/** The share of right categories, day by day or week by week. */
export function OverTime({ report }: { report: AccuracyReport }) {
  const { unit, points } = seriesOf(report);
  const judged = points.filter((point) => point.accuracy !== null);
  const shares = judged.map(({ accuracy }) => accuracy ?? 0);
  const words = { low: formatPercent(Math.min(...shares)), high: formatPercent(Math.max(...shares)) };
  return (
    <Section title={t('accuracy.overTime')} detail={t(`accuracy.overTime.${unit}`)}>
      <ChartFigure
        label={plural(`accuracy.overTime.label.${unit}`, judged.length, words)}
        heads={[t(`accuracy.${unit}`), t('accuracy.judged'), t('accuracy.right'), t('accuracy.share')]}
        rows={judged.toReversed().map((point) => ({
          key: point.day,
          cells: [formatDueDay(point.day), formatNumber(point.judged), formatNumber(point.right), formatPercent(point.accuracy ?? 0)],
        }))}
      >
        <OverTimeChart points={points} />
      </ChartFigure>
    </Section>
  );
}
