/** Is "80% sure" right eight times of ten? */
import type { AccuracyReport } from '@/shared/api/types';
import { ChartFigure, Section } from '@/shared/charts/figure';
import { formatNumber, formatPercent, t } from '@/shared/i18n/translate';

import { calibrationOf } from './figures';
import { CalibrationChart } from './lazy-charts';

const range = (from: number, to: number) => `${formatNumber(Math.round(from * 100))}–${formatPercent(to)}`;

export function Calibration({ steps }: { steps: AccuracyReport['calibration'] }) {
  const { verdict, gap } = calibrationOf(steps);
  const sentence = t(`accuracy.calibration.${verdict}`, { points: Math.round(Math.abs(gap) * 100) });
  return (
    <Section title={t('accuracy.calibration')} detail={sentence}>
      <ChartFigure
        label={t('accuracy.calibration.label', { sentence })}
        heads={[t('accuracy.stated'), t('accuracy.judged'), t('accuracy.mean'), t('accuracy.right')]}
        rows={steps.map(({ from, to, judged, confidence, accuracy }) => ({
          key: String(from),
          cells: [range(from, to), formatNumber(judged), formatPercent(confidence), formatPercent(accuracy)],
        }))}
      >
        <CalibrationChart steps={steps} />
      </ChartFigure>
      <p className="text-xs text-faint">{t('accuracy.calibration.how')}</p>
    </Section>
  );
}
