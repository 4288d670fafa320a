/** Queries and calls about dead letters. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { keys } from './keys';
import type { DeadLetter, DeadLetterState, ManySettled, Page } from './types';

export type DeadLetterFilter = { state?: DeadLetterState; source?: string; q?: string };

export const deadLetterListQuery = (filter: DeadLetterFilter) =>
  infiniteQueryOptions({
    queryKey: keys.deadLetterList(filter),
    queryFn: ({ pageParam, signal }) => api<Page<DeadLetter>>('/dead-letters', { query: { ...filter, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const deadLetterQuery = (id: string) =>
  queryOptions({ queryKey: keys.deadLetter(id), queryFn: ({ signal }) => api<DeadLetter>(`/dead-letters/${id}`, { signal }) });

/** `raw` is what to triage instead; without it the letter goes as it is. */
export const retryDeadLetter = (id: string, raw?: string) =>
  api<DeadLetter>(`/dead-letters/${id}/retry`, { method: 'POST', body: raw === undefined ? {} : { raw } });

export const discardDeadLetter = (id: string, reason: string) =>
  api<DeadLetter>(`/dead-letters/${id}/discard`, { method: 'POST', body: { reason } });

type Selection = Pick<DeadLetterFilter, 'source' | 'q'>;

/** At most a thousand at once; `more` says that others wait. */
export const retryDeadLetters = (selection: Selection) =>
  api<ManySettled>('/dead-letters/retry', { method: 'POST', body: selection });

export const discardDeadLetters = (selection: Selection, reason: string) =>
  api<ManySettled>('/dead-letters/discard', { method: 'POST', body: { ...selection, reason } });

export const reopenDeadLetters = (ids: string[]) => api<ManySettled>('/dead-letters/reopen', { method: 'POST', body: { ids } });
