/** Queries about the installation itself: who is signed in, Sources, the ledger, health. */
import { queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { keys } from './keys';
import type { Ledger, Me, Member, Page, Source, SystemReport } from './types';

/** Lists that are short by nature may come bare or as a page. */
const items = <T>(answer: T[] | Page<T>): T[] => (Array.isArray(answer) ? answer : answer.items);

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => api<Me>('/me', { signal }),
  staleTime: Infinity,
});

export const membersQuery = queryOptions({
  queryKey: keys.members,
  queryFn: async ({ signal }) => items(await api<Member[] | Page<Member>>('/members', { signal })),
  staleTime: 60_000,
});

export const sourcesQuery = queryOptions({
  queryKey: keys.sources,
  queryFn: async ({ signal }) => items(await api<Source[] | Page<Source>>('/sources', { signal })),
});

export const ledgerQuery = queryOptions({
  queryKey: keys.ledger,
  queryFn: ({ signal }) => api<Ledger>('/ledger', { signal }),
});

export const systemQuery = queryOptions({
  queryKey: keys.health,
  queryFn: ({ signal }) => api<SystemReport>('/system', { signal }),
  refetchInterval: 10_000,
});

export const login = (token: string) => api<undefined>('/login', { method: 'POST', body: { token } });
export const loginFromTelegram = (source: string, initData: string) =>
  api<undefined>('/login/telegram', {
    method: 'POST',
    body: { source, init_data: initData, zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
  });
export const logout = () => api<undefined>('/logout', { method: 'POST' });
