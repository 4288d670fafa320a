/** What triage has cost, in money and in time. */
import { Link } from '@tanstack/react-router';
import { lazy } from 'react';

import type { Statistics } from '@/shared/api/types';
import { ChartFigure, headRow, Section, tableFrame } from '@/shared/charts/figure';
import { costOf } from '@/shared/i18n/cost';
import { formatDueDay } from '@/shared/i18n/dates';
import { formatDuration } from '@/shared/i18n/durations';
import { formatNumber, t } from '@/shared/i18n/translate';

import { Change } from './change';
import { stepsOf, sumOf } from './figures';
import { messagesOf } from './lists';

const CostChart = lazy(() => import('./charts').then(({ CostChart: default_ }) => ({ default: default_ })));

const cell = 'nums h-12 px-3 text-right whitespace-nowrap last:pr-4';
const heads = ['statistics.verdicts', 'statistics.tokens', 'statistics.cost', 'statistics.median', 'statistics.p90'] as const;
const said = (seconds: number | null) => (seconds === null ? '–' : formatDuration(seconds));

export function Models({ found }: { found: Statistics }) {
  const { models, period } = found;
  const steps = stepsOf(found);
  const cost = sumOf(steps, (step) => step.cost);
  return (
    <div id="models" className="flex scroll-mt-6 flex-col gap-4">
      <Section title={t('statistics.models')} detail={t(models.length > 0 ? 'statistics.models.detail' : 'statistics.models.none')}>
        {models.length > 0 && (
          // Scrolls on a phone, so it takes the focus.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <div className={tableFrame} role="group" aria-label={t('statistics.models')} tabIndex={0}>
            <table className="w-full border-collapse">
              <thead>
                <tr className={headRow}>
                  <th scope="col" className="pl-4! text-left">
                    {t('statistics.model')}
                  </th>
                  {heads.map((head) => (
                    <th key={head} scope="col" className="text-right last:pr-4!">
                      {t(head)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody className="divide-y">
                {models.map(({ provider, model, verdicts, tokens_in: read, tokens_out: written, cost_micros: spent, latency }) => (
                  <tr key={`${provider} ${model}`}>
                    <th scope="row" className="h-12 py-1.5 pl-4 text-left font-normal">
                      <span className="block font-medium">{provider}</span>
                      <span className="block text-xs text-faint">{model}</span>
                    </th>
                    <td className={cell}>
                      <Link {...messagesOf(period)} aria-label={`${provider}: ${formatNumber(verdicts.now)}`} className="block underline-offset-2 hoverable:underline">
                        {formatNumber(verdicts.now)}
                      </Link>
                      <Change {...verdicts} />
                    </td>
                    <td className={cell}>{read + written === 0 ? '–' : formatNumber(read + written)}</td>
                    <td className={cell}>
                      <span className="block">{spent.now === 0 ? t('verdict.free') : costOf(spent.now)}</span>
                      {spent.before > 0 && <Change {...spent} words={costOf} />}
                    </td>
                    <td className={cell}>{said(latency.median)}</td>
                    <td className={cell}>{said(latency.p90)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Section>
      {cost > 0 && (
        <ChartFigure
          label={t('statistics.cost.label', { cost: costOf(cost) })}
          heads={[t(`accuracy.${found.unit}`), t('statistics.cost')]}
          rows={steps.toReversed().map((step) => ({ key: step.from, cells: [formatDueDay(step.from), costOf(step.cost)] }))}
        >
          <CostChart steps={steps} />
        </ChartFigure>
      )}
    </div>
  );
}
