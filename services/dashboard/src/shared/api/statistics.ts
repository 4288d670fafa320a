/** Figures of a period, beside those of the one before. */
import { queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { keys } from './keys';
import type { Statistics } from './types';

const FRESH_MS = 60_000;

export const statisticsQuery = (period: { from: string; to: string }) =>
  queryOptions({
    queryKey: [...keys.statistics, period] as const,
    queryFn: ({ signal }) => api<Statistics>('/statistics', { query: period, signal }),
    refetchInterval: FRESH_MS,
  });
