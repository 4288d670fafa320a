/** The figures in the form that the page draws. Pure, so that what a chart says can be tested without one. */
import type { Statistics } from '@/shared/api/types';

/** Beyond ten times as much a percentage says nothing. */
const MOST = 10;

/** By how much `now` differs from `before`, as a share of it; null where that says nothing. */
export function changeOf(now: number, before: number): number | null {
  if (before === 0) return null;
  const change = now / before - 1;
  return Math.abs(change) > MOST ? null : change;
}

export type Step = {
  from: string;
  to: string;
  messages: number;
  /** Of the step at the same place in the period before. */
  messagesBefore: number;
  tasks: number;
  closed: number;
  open: number;
  cost: number;
};

export const stepsOf = ({ over_time: steps }: Statistics): Step[] =>
  steps.map(({ from, to, messages, tasks, closed, open, cost_micros: cost }) => ({
    from,
    to,
    messages: messages.now,
    messagesBefore: messages.before,
    tasks,
    closed,
    open,
    cost,
  }));

export const sumOf = <T>(items: readonly T[], of: (item: T) => number) => items.reduce((sum, item) => sum + of(item), 0);

/** Share of decided verdicts whose category was right; null when none was decided. */
export const rightOf = ({ reviewed, right }: Statistics['quality'], period: 'now' | 'before') =>
  reviewed[period] === 0 ? null : right[period] / reviewed[period];

/** Whether anything at all happened in the period, or is left to do. */
export const isEmpty = ({ messages, tasks, done, load }: Statistics) =>
  messages.now + tasks.now + done.now === 0 && load.every(({ todo, in_progress: doing }) => todo + doing === 0);
