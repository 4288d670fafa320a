/** What the search for a duplicate's target offers. */
import type { Duplicate, TaskRef } from '@/shared/api/types';

export type Candidate = { task: TaskRef; score?: number };

/** "#12" and "12" mean a task's number. */
export function numberIn(query: string): number | null {
  const digits = /^#?(\d{1,9})$/.exec(query)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Without words the proposals; with words what was found, and never the task itself or what is merged away already. */
export function candidates(
  task: Pick<TaskRef, 'id'>,
  query: string,
  proposals: readonly Duplicate[],
  found: readonly TaskRef[],
): Candidate[] {
  if (query === '') return proposals.map(({ task: other, score }) => ({ task: other, score }));
  return found
    .filter(({ id, status }) => id !== task.id && status !== 'duplicate')
    .map((other) => ({ task: other, score: proposals.find((proposal) => proposal.task.id === other.id)?.score }));
}
