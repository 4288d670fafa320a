/** The page's charts; they load after the page, which says the same in figures and tables. */
import type { ReactNode } from 'react';
import { Area, Bar, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

import { axis, CHART_HEIGHT, margin, Note } from '@/shared/charts/parts';
import { costOf } from '@/shared/i18n/cost';
import { formatDueDay } from '@/shared/i18n/dates';
import { formatNumber, locale, plural, t } from '@/shared/i18n/translate';

import type { Step } from './figures';

const COMPACT = new Intl.NumberFormat(locale, { notation: 'compact' });

type ChartProps = { steps: readonly Step[]; said: (step: Step) => string[]; format?: (value: number) => string; children: ReactNode };

function Chart({ steps, said, format = (value) => COMPACT.format(value), children }: ChartProps) {
  return (
    <ResponsiveContainer width="100%" height={CHART_HEIGHT}>
      <ComposedChart data={[...steps]} margin={margin} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="from" {...axis} tickFormatter={formatDueDay} minTickGap={40} tickMargin={6} />
        <YAxis {...axis} allowDecimals={false} tickFormatter={format} width={44} />
        <Tooltip
          cursor={{ fill: 'var(--hover)', stroke: 'var(--line-strong)' }}
          isAnimationActive={false}
          content={({ payload }) => {
            const step = payload[0]?.payload as Step | undefined;
            if (!step) return null;
            const title = step.from === step.to ? formatDueDay(step.from) : `${formatDueDay(step.from)} – ${formatDueDay(step.to)}`;
            return <Note title={title} lines={said(step)} />;
          }}
        />
        {children}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

const bar = { maxBarSize: 22, radius: 2, isAnimationActive: false } as const;
const line = { type: 'linear', dot: false, isAnimationActive: false } as const;

export function VolumeChart({ steps }: { steps: readonly Step[] }) {
  const said = ({ messages, tasks, messagesBefore }: Step) => [
    plural('statistics.messages', messages),
    plural('statistics.tasks', tasks),
    t('statistics.before', { before: formatNumber(messagesBefore) }),
  ];
  return (
    <Chart steps={steps} said={said}>
      <Bar dataKey="messages" fill="var(--accent)" fillOpacity={0.35} {...bar} />
      <Line dataKey="messagesBefore" {...line} stroke="var(--faint)" strokeWidth={1.5} strokeDasharray="4 4" />
      <Line dataKey="tasks" {...line} stroke="var(--accent)" strokeWidth={2} />
    </Chart>
  );
}

export function BacklogChart({ steps }: { steps: readonly Step[] }) {
  const said = ({ open, tasks, closed }: Step) => [
    plural('statistics.open', open),
    t('statistics.inOut', { tasks: formatNumber(tasks), closed: formatNumber(closed) }),
  ];
  return (
    <Chart steps={steps} said={said}>
      <Area dataKey="open" type="linear" stroke="var(--accent)" strokeWidth={2} fill="var(--accent-soft)" isAnimationActive={false} />
    </Chart>
  );
}

export function CostChart({ steps }: { steps: readonly Step[] }) {
  return (
    <Chart steps={steps} said={({ cost }) => [costOf(cost)]} format={costOf}>
      <Bar dataKey="cost" fill="var(--accent)" fillOpacity={0.6} {...bar} />
    </Chart>
  );
}
