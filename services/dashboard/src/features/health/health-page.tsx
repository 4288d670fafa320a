/** Each part of the installation by name. Quiet while all is well; what is wrong comes first, with its cure. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { systemQuery } from '@/shared/api/system';
import type { SystemPart, SystemReport } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { Page } from '@/shared/ui/page';
import { ErrorState, Skeleton } from '@/shared/ui/states';
import { StatusDot, toneOf } from '@/shared/ui/status-dot';

import { PartRow } from './part-row';
import { QueueAlarm, Queues } from './queues';

const GROUPS = ['process', 'source', 'store', 'model'] as const;
const isWrong = ({ state }: { state: string }) => state === 'degraded' || state === 'offline';

function Group({ title, parts, children }: { title: string; parts: readonly SystemPart[]; children?: ReactNode }) {
  if (parts.length === 0 && !children) return null;
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-base font-semibold">{title}</h2>
      <ul className="divide-y rounded-xl border bg-surface">
        {parts.map((part) => (
          <PartRow key={`${part.kind} ${part.name}`} part={part} />
        ))}
        {children}
      </ul>
    </section>
  );
}

function Report({ report }: { report: SystemReport }) {
  const wrong = report.parts.filter(isWrong);
  const alarms = report.queues.filter(isWrong);
  const well = report.parts.filter((part) => !isWrong(part));
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-8 px-4 py-6 md:px-8 md:py-9">
      <p role="status" className="flex items-center gap-2.5 text-lg font-semibold">
        <StatusDot tone={toneOf(report.status)} className="size-2.5" />
        {t(`health.is.${report.status}`)}
        <span className="nums ml-auto text-sm font-normal text-faint">{t('health.version', { version: report.version })}</span>
      </p>
      {wrong.length + alarms.length > 0 && (
        <Group title={t('health.attention')} parts={wrong}>
          {alarms.map((queue) => (
            <QueueAlarm key={queue.name} queue={queue} />
          ))}
        </Group>
      )}
      {GROUPS.map((kind) => (
        <Group key={kind} title={t(`health.group.${kind}`)} parts={well.filter((part) => part.kind === kind)} />
      ))}
      <Queues queues={report.queues} />
    </div>
  );
}

export function HealthPage() {
  const system = useQuery(systemQuery);
  return (
    <Page title={t('health.title')}>
      {/* Nothing in it can be focused where all is well, and it is scrolled by keys too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="group" aria-label={t('health.title')} tabIndex={0} className="h-full overflow-y-auto">
        {system.isPending && (
          <div aria-busy="true" className="mx-auto max-w-3xl px-4 py-6 md:px-8 md:py-9">
            <Skeleton className="h-72 rounded-xl" />
          </div>
        )}
        {system.isError && !system.data && <ErrorState error={system.error} onRetry={() => void system.refetch()} />}
        {system.data && <Report report={system.data} />}
      </div>
    </Page>
  );
}
