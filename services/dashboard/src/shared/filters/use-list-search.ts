/** The list's state in the address, and what it asks the API for. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

import type { TaskFilter } from '@/shared/api/tasks';
import { isoDay } from '@/shared/i18n/dates';

import { readFilter } from './filter-text';
import { parseListSearch, type ListSearch } from './list-search';

/** `today` goes along only where the filter means it, so that lists are not asked for anew at midnight for nothing. */
export function asked(filter: string | undefined): Pick<TaskFilter, 'filter' | 'today'> {
  if (!filter) return {};
  const dated = readFilter(filter).askings.some(({ field }) => field !== 'status' && field !== 'priority' && field !== 'label');
  return dated ? { filter, today: isoDay(new Date()) } : { filter };
}

export function useListSearch() {
  // Read loosely: table, board and calendar share it, and each has its own route.
  const search: ListSearch = parseListSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const change = useCallback(
    (change: Partial<ListSearch>) =>
      void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...change }), replace: true } as never),
    [navigate],
  );
  return { search, filter: search.filter ?? '', change };
}
