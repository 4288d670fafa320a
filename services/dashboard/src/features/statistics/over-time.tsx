/** How much came in and what is left of it, day by day or week by week. */
import { Link } from '@tanstack/react-router';
import { lazy } from 'react';

import type { Statistics } from '@/shared/api/types';
import { ChartFigure, Section } from '@/shared/charts/figure';
import { formatDueDay } from '@/shared/i18n/dates';
import { formatNumber, plural, t } from '@/shared/i18n/translate';

import { stepsOf, type Step } from './figures';
import { messagesOf, tasksOf } from './lists';

const VolumeChart = lazy(() => import('./charts').then(({ VolumeChart: default_ }) => ({ default: default_ })));
const BacklogChart = lazy(() => import('./charts').then(({ BacklogChart: default_ }) => ({ default: default_ })));

const link = 'underline-offset-2 hoverable:underline';

function Listed({ step, count, of }: { step: Step; count: number; of: 'messages' | 'created' | 'closed' }) {
  const list = of === 'messages' ? messagesOf(step) : tasksOf(step, { moment: of });
  return (
    <Link {...list} className={link}>
      {formatNumber(count)}
    </Link>
  );
}

export function Volume({ found }: { found: Statistics }) {
  const steps = stepsOf(found);
  return (
    <Section title={t('statistics.volume')} detail={t(`statistics.volume.${found.unit}`)}>
      <ChartFigure
        label={t('statistics.volume.label', {
          messages: plural('statistics.messages', found.messages.now),
          tasks: plural('statistics.tasks', found.tasks.now),
          before: formatNumber(found.messages.before),
        })}
        heads={[t(`accuracy.${found.unit}`), t('messages.title'), t('statistics.beforeHead'), t('statistics.newTasks')]}
        rows={steps.toReversed().map((step) => ({
          key: step.from,
          cells: [
            formatDueDay(step.from),
            <Listed key="messages" step={step} count={step.messages} of="messages" />,
            formatNumber(step.messagesBefore),
            <Listed key="tasks" step={step} count={step.tasks} of="created" />,
          ],
        }))}
      >
        <VolumeChart steps={steps} />
      </ChartFigure>
    </Section>
  );
}

export function Backlog({ found }: { found: Statistics }) {
  const steps = stepsOf(found);
  const [first, last] = [steps[0], steps.at(-1)];
  const from = (first?.open ?? 0) - (first?.tasks ?? 0) + (first?.closed ?? 0);
  return (
    <Section title={t('statistics.backlog')} detail={t('statistics.backlog.detail')}>
      <ChartFigure
        label={t('statistics.backlog.label', { from: formatNumber(from), to: formatNumber(last?.open ?? 0) })}
        heads={[t(`accuracy.${found.unit}`), t('statistics.openHead'), t('statistics.newTasks'), t('property.closed')]}
        rows={steps.toReversed().map((step) => ({
          key: step.from,
          cells: [
            formatDueDay(step.from),
            formatNumber(step.open),
            <Listed key="tasks" step={step} count={step.tasks} of="created" />,
            <Listed key="closed" step={step} count={step.closed} of="closed" />,
          ],
        }))}
      >
        <BacklogChart steps={steps} />
      </ChartFigure>
      <p>
        <Link to="/tasks" search={{ filter: 'status:open' }} className="text-accent-ink underline-offset-2 hoverable:underline">
          {plural('statistics.openNow', last?.open ?? 0)}
        </Link>
      </p>
    </Section>
  );
}
