/** Where the runbook of what is wrong stands; alerts refer to the same sections. */
import type { QueueState, SystemPart } from '@/shared/api/types';

const RUNBOOKS = 'docs/runbooks.md';

export function runbookOfPart({ kind, seen_at: seen }: SystemPart): string {
  if (kind === 'source') return `${RUNBOOKS}#sourcenotready`;
  if (kind === 'process') return `${RUNBOOKS}#${seen === null ? 'componentmissing' : 'componentdown'}`;
  return `${RUNBOOKS}#componentdown`;
}

export function runbookOfQueue({ problem }: QueueState): string {
  return `${RUNBOOKS}#${problem === 'old' ? 'queueold' : 'streamnearlyfull'}`;
}
