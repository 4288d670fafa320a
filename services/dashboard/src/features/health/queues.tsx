/** What waits where. A phone shows the two figures that matter; the others are for who looks into it at a desk. */
import type { QueueState } from '@/shared/api/types';
import { formatDuration } from '@/shared/i18n/durations';
import { formatNumber, formatPercent, t, type MessageKey } from '@/shared/i18n/translate';
import { StatusDot, toneOf } from '@/shared/ui/status-dot';

import { Row } from './row';
import { runbookOfQueue } from './runbooks';

const NAMES: Record<string, MessageKey> = {
  INBOUND: 'health.queue.INBOUND',
  JOBS: 'health.queue.JOBS',
  AGENTS: 'health.queue.AGENTS',
  OUTBOUND: 'health.queue.OUTBOUND',
  DELIVERIES: 'health.queue.DELIVERIES',
  HANDED: 'health.queue.HANDED',
  EVENTS: 'health.queue.EVENTS',
};

export const queueName = ({ name }: QueueState) => (NAMES[name] ? t(NAMES[name]) : name);

/** Over all of its readers. */
export const totalOf = (queue: QueueState, figure: 'waiting' | 'in_flight' | 'redelivered') =>
  queue.consumers.reduce((sum, consumer) => sum + consumer[figure], 0);

const room = ({ bytes, limit }: QueueState) => (limit ? formatPercent(bytes / limit) : '');
const age = ({ oldest_seconds: seconds }: QueueState) => (seconds ? formatDuration(seconds) : '–');

export function QueueAlarm({ queue }: { queue: QueueState }) {
  if (!queue.problem) return null;
  return (
    <Row
      name={queueName(queue)}
      state={queue.state}
      word={t(`health.${queue.state}`)}
      facts={[
        `${t('health.waiting')}: ${formatNumber(totalOf(queue, 'waiting'))}`,
        `${t('health.oldest')}: ${age(queue)}`,
        `${t('health.used')}: ${room(queue) || '–'}`,
      ]}
      problem={t(`health.problem.${queue.problem}`)}
      runbook={runbookOfQueue(queue)}
    />
  );
}

const figure = 'nums px-3 py-2.5 text-right whitespace-nowrap';

export function Queues({ queues }: { queues: readonly QueueState[] }) {
  if (queues.length === 0) return null;
  return (
    <section aria-label={t('health.queues')} className="flex flex-col gap-3">
      <h2 className="text-base font-semibold">{t('health.queues')}</h2>
      <div className="overflow-hidden rounded-xl border bg-surface">
        <table className="w-full">
          <thead>
            <tr className="border-b text-xs text-muted">
              <th scope="col" className="px-4 py-2 text-left font-medium">
                {t('health.queue')}
              </th>
              <th scope="col" className="px-3 py-2 text-right font-medium">
                {t('health.waiting')}
              </th>
              <th scope="col" className="px-3 py-2 text-right font-medium max-md:hidden">
                {t('health.inFlight')}
              </th>
              <th scope="col" className="px-3 py-2 text-right font-medium max-md:hidden">
                <span title={t('health.redelivered.long')}>{t('health.redelivered')}</span>
              </th>
              <th scope="col" className="px-3 py-2 text-right font-medium">
                {t('health.oldest')}
              </th>
              <th scope="col" className="px-3 py-2 pr-4 text-right font-medium max-md:hidden">
                {t('health.used')}
              </th>
            </tr>
          </thead>
          <tbody className="divide-y">
            {queues.map((queue) => (
              <tr key={queue.name}>
                <th scope="row" className="px-4 py-2.5 text-left font-medium">
                  <span className="flex items-center gap-3">
                    <StatusDot tone={toneOf(queue.state)} />
                    {queueName(queue)}
                  </span>
                </th>
                <td className={figure}>{formatNumber(totalOf(queue, 'waiting'))}</td>
                <td className={`${figure} max-md:hidden`}>{formatNumber(totalOf(queue, 'in_flight'))}</td>
                <td className={`${figure} max-md:hidden`}>{formatNumber(totalOf(queue, 'redelivered'))}</td>
                <td className={figure}>{age(queue)}</td>
                <td className={`${figure} pr-4 max-md:hidden`}>{room(queue) || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
