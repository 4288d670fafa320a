/** Tasks that may be the same: which, why, how sure, and the two answers. */
import { Link } from '@tanstack/react-router';
import { Copy } from 'lucide-react';

import type { Duplicate, TaskDetail } from '@/shared/api/types';
import { plural, t } from '@/shared/i18n/translate';
import { SourceLabel } from '@/shared/sources/source-label';
import { percent } from '@/shared/tasks/confidence';
import { StatusIcon } from '@/shared/tasks/icons';
import { Button } from '@/shared/ui/button';

import { useIsDismissed } from './dismissals';
import { goesInto } from './use-merging';

/** The proposals that wait for an answer. */
export function useProposals(task: TaskDetail | undefined): Duplicate[] {
  const isDismissed = useIsDismissed();
  if (!task || task.status === 'duplicate') return [];
  // What is a duplicate itself has its target among the proposals, or is that target's to merge.
  return task.duplicates.filter(
    ({ state, task: other }) => state === 'open' && other.status !== 'duplicate' && !isDismissed(task.id, other.id),
  );
}

type Answers = { onMerge: (proposal: Duplicate) => void; onDismiss: (proposal: Duplicate) => void };

function Proposal(props: Answers & { proposal: Duplicate; only: boolean; task: TaskDetail }) {
  const { proposal, only, task, onMerge, onDismiss } = props;
  const other = proposal.task;
  return (
    <li className="flex flex-col gap-1 px-3.5 py-3">
      <p className="flex items-center gap-2">
        <StatusIcon value={other.status} labelled />
        <Link
          to="/tasks/$number"
          params={{ number: String(other.number) }}
          className="min-w-0 flex-1 truncate font-medium underline-offset-2 hoverable:underline"
        >
          <span className="nums mr-1.5 font-normal text-faint">#{other.number}</span>
          {other.title}
        </Link>
        <span className="nums shrink-0 text-muted" title={t('duplicate.score')}>
          {percent(proposal.score)}
        </span>
      </p>
      {proposal.reason && <p className="text-muted">{proposal.reason}</p>}
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5">
        <p className="flex min-w-0 flex-1 items-center gap-2 text-xs whitespace-nowrap text-faint">
          {t(`status.${other.status}`)}
          {other.source && (
            <>
              <span aria-hidden="true">·</span>
              <SourceLabel source={other.source} />
            </>
          )}
        </p>
        <div className="flex gap-1 max-md:w-full max-md:pt-1 max-md:[&>button]:flex-1">
          <Button tone="quiet" onClick={() => onDismiss(proposal)}>
            {t('duplicate.dismiss')}
          </Button>
          <Button hint={only ? 'm' : undefined} onClick={() => onMerge(proposal)}>
            {goesInto(task, other)
              ? t('duplicate.mergeInto', { number: other.number })
              : t('duplicate.mergeHere', { number: other.number })}
          </Button>
        </div>
      </div>
    </li>
  );
}

type Props = Answers & { task: TaskDetail; proposals: readonly Duplicate[] };

export function Proposals({ task, proposals, ...answers }: Props) {
  if (proposals.length === 0) return null;
  return (
    <section aria-label={t('duplicate.title')} className="rounded-lg border bg-surface">
      <h2 className="flex items-center gap-2 border-b px-3.5 py-2.5 font-medium">
        <Copy aria-hidden="true" className="size-4 shrink-0 text-amber-sign" strokeWidth={1.75} />
        {plural('duplicate.may', proposals.length)}
      </h2>
      <ul className="divide-y">
        {proposals.map((proposal) => (
          <Proposal
            key={proposal.task.id}
            task={task}
            proposal={proposal}
            only={proposals.length === 1}
            {...answers}
          />
        ))}
      </ul>
    </section>
  );
}
