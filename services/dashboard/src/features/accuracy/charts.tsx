/** The page's two charts; they load after the page, which says the same in words and tables. */
import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
  ZAxis,
} from 'recharts';

import { axis, CHART_HEIGHT, margin, Note } from '@/shared/charts/parts';
import { formatDueDay } from '@/shared/i18n/dates';
import { formatNumber, formatPercent, t } from '@/shared/i18n/translate';

import type { Point } from './figures';

const FEW = 7;
const dot = { fill: 'var(--accent)', strokeWidth: 0 };
const quarters = [0, 0.25, 0.5, 0.75, 1];
const share = { ...axis, domain: [0, 1], ticks: quarters, tickFormatter: formatPercent, width: 44 };

export function OverTimeChart({ points }: { points: Point[] }) {
  const most = Math.max(...points.map(({ judged }) => judged));
  // A line of few points is seen by its dots.
  const few = points.filter(({ recent }) => recent !== null).length <= FEW;
  return (
    <ResponsiveContainer width="100%" height={CHART_HEIGHT}>
      <ComposedChart data={points} margin={margin} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="day" {...axis} tickFormatter={formatDueDay} minTickGap={40} tickMargin={6} />
        <YAxis {...share} />
        {/* How many were decided stands behind, at a third of the height: it says how much a point is worth. */}
        <YAxis yAxisId="count" hide domain={[0, most * 3]} />
        <Tooltip
          cursor={{ stroke: 'var(--line-strong)' }}
          isAnimationActive={false}
          content={({ payload }) => {
            const point = payload[0]?.payload as Point | undefined;
            if (!point) return null;
            const { day, judged, right, recent } = point;
            const own = t('accuracy.rightOf', { right: formatNumber(right), judged: formatNumber(judged) });
            return (
              <Note title={recent === null ? formatDueDay(day) : `${formatDueDay(day)} · ${formatPercent(recent)}`} lines={[own]} />
            );
          }}
        />
        <Bar yAxisId="count" dataKey="judged" fill="var(--pressed)" maxBarSize={18} radius={2} isAnimationActive={false} />
        <Line
          dataKey="recent"
          type="linear"
          stroke="var(--accent)"
          strokeWidth={2}
          dot={few && { ...dot, r: 3 }}
          activeDot={{ ...dot, r: 4 }}
          isAnimationActive={false}
        />
      </ComposedChart>
    </ResponsiveContainer>
  );
}

type Step = { confidence: number; accuracy: number; judged: number };

export function CalibrationChart({ steps }: { steps: Step[] }) {
  return (
    <ResponsiveContainer width="100%" height={CHART_HEIGHT}>
      <ScatterChart margin={margin} accessibilityLayer={false}>
        <CartesianGrid stroke="var(--line)" />
        <XAxis type="number" dataKey="confidence" {...axis} domain={[0, 1]} ticks={quarters} tickFormatter={formatPercent} tickMargin={6} />
        <YAxis type="number" dataKey="accuracy" {...share} />
        <ZAxis type="number" dataKey="judged" range={[30, 260]} />
        <ReferenceLine segment={[{ x: 0, y: 0 }, { x: 1, y: 1 }]} stroke="var(--faint)" strokeDasharray="4 4" />
        <Tooltip
          cursor={false}
          isAnimationActive={false}
          content={({ payload }) => {
            const step = payload[0]?.payload as Step | undefined;
            if (!step) return null;
            const words = { stated: formatPercent(step.confidence), right: formatPercent(step.accuracy) };
            return <Note title={t('accuracy.calibration.step', words)} lines={[t('accuracy.decided', { count: formatNumber(step.judged) })]} />;
          }}
        />
        <Scatter data={steps} fill="var(--accent)" fillOpacity={0.85} isAnimationActive={false} />
      </ScatterChart>
    </ResponsiveContainer>
  );
}
