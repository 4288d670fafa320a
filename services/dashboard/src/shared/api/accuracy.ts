/** How right triage was, as people say. */
import { queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { keys } from './keys';
import type { AccuracyReport } from './types';

export type AccuracyFilter = { days: number; source?: string };

export const accuracyQuery = (filter: AccuracyFilter) =>
  queryOptions({
    queryKey: [...keys.accuracy, filter] as const,
    queryFn: ({ signal }) => api<AccuracyReport>('/accuracy', { query: filter, signal }),
  });
