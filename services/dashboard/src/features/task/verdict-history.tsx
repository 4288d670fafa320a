/** Every run of triage over the task's messages: who judged, how sure, why, and what it cost. */
import { ChevronRight } from 'lucide-react';

import type { TaskDetail, Verdict } from '@/shared/api/types';
import { costOf } from '@/shared/i18n/cost';
import { formatNumber, plural, t } from '@/shared/i18n/translate';
import { senderName } from '@/shared/messages/sender-name';
import { percent } from '@/shared/tasks/confidence';
import { CategoryDot } from '@/shared/tasks/icons';
import { bareReason } from '@/shared/tasks/verdict';
import { RelativeTime } from '@/shared/ui/relative-time';

function Run({ verdict, about }: { verdict: Verdict; about: string | undefined }) {
  const { tokens_in: read, tokens_out: written, cost_micros: cost } = verdict;
  const spent = [
    read + written > 0 && t('verdict.tokens', { read: formatNumber(read), written: formatNumber(written) }),
    cost > 0 ? costOf(cost) : t('verdict.free'),
    t('verdict.took', { ms: formatNumber(Math.max(1, Math.round(verdict.latency_ms))) }),
  ];
  return (
    <li className="flex flex-col gap-1 py-2.5">
      <p className="flex flex-wrap items-center gap-x-1.5">
        <CategoryDot value={verdict.category} className="ml-0" />
        <span className="font-medium">{t(`category.${verdict.category}`)}</span>
        <span className="text-muted">{t(`priority.${verdict.priority}`)}</span>
        {!verdict.actionable && <span className="text-muted">· {t('verdict.nothingToDo')}</span>}
        <span className="nums ml-auto text-muted">{percent(verdict.confidence)}</span>
      </p>
      <p className="text-xs text-muted">{bareReason(verdict.reason, verdict.fallback)}</p>
      <p className="text-xs [overflow-wrap:anywhere] text-faint">
        {[verdict.provider, verdict.model].filter(Boolean).join(' · ')}
        {about !== undefined && ` · ${t('verdict.about', { sender: about })}`}
      </p>
      <p className="nums text-xs text-faint">
        {spent.filter(Boolean).join(' · ')} · <RelativeTime at={verdict.created_at} />
      </p>
    </li>
  );
}

export function VerdictHistory({ task }: { task: TaskDetail }) {
  if (task.verdicts.length === 0) return null;
  const several = new Set(task.verdicts.map((verdict) => verdict.message_id)).size > 1;
  const senderOf = (id: string) => {
    const message = task.messages.find((item) => item.id === id);
    return several && message ? senderName(message) : undefined;
  };
  return (
    <details className="group rounded-lg border px-3.5">
      <summary className="-mx-3.5 flex min-h-11 list-none items-center gap-2 rounded-lg px-3.5 hoverable:bg-hover md:min-h-9 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden="true" className="size-4 shrink-0 text-faint transition-transform group-open:rotate-90" strokeWidth={1.75} />
        {plural('verdict.runs', task.verdicts.length)}
      </summary>
      <ol className="divide-y border-t">
        {task.verdicts.map((verdict) => (
          <Run key={verdict.id} verdict={verdict} about={senderOf(verdict.message_id)} />
        ))}
      </ol>
    </details>
  );
}
