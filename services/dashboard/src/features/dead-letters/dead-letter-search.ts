/** The filters of the page live in its address. */
import type { DeadLetterState } from '@/shared/api/types';

export const deadLetterStates = ['open', 'retried', 'discarded'] as const satisfies DeadLetterState[];

export type DeadLetterSearch = { state?: DeadLetterState; source?: string; q?: string; letter?: string };

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export function parseDeadLetterSearch(search: Record<string, unknown>): DeadLetterSearch {
  return {
    state: deadLetterStates.find((state) => state === search.state),
    source: text(search.source),
    q: text(search.q),
    letter: text(search.letter),
  };
}
