/** A line of the page: a dot, a name, its state in a word, facts below, and what is wrong with its cure. */
import type { ReactNode } from 'react';

import { t } from '@/shared/i18n/translate';
import { StatusDot, toneOf } from '@/shared/ui/status-dot';

type Props = { name: string; state: string; word: string; facts: readonly string[]; problem: string; runbook: string; children?: ReactNode };

export function Row({ name, state, word, facts, problem, runbook, children }: Props) {
  return (
    <li className="flex gap-3 px-4 py-3">
      <StatusDot tone={toneOf(state)} className="mt-[0.4375rem]" />
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <div className="flex items-baseline gap-3">
          <p className="min-w-0 flex-1 font-medium [overflow-wrap:anywhere]">{name}</p>
          <span className="shrink-0 text-muted">{word}</span>
        </div>
        {problem && <p className="[overflow-wrap:anywhere]">{problem}</p>}
        {facts.length > 0 && <p className="nums text-xs text-faint">{facts.join(' · ')}</p>}
        {children}
        {runbook && <p className="text-xs text-muted [overflow-wrap:anywhere]">{t('health.runbook', { path: runbook })}</p>}
      </div>
    </li>
  );
}
