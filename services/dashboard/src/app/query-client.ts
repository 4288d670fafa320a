/** Server state: kept fresh by live events, so nothing polls and nothing refetches on focus without need. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

import { ApiError, NetworkError } from '@/shared/api/client';

import type { AppRouter } from './router';

const RETRIES = 2;

export function createQueryClient(router: () => AppRouter): QueryClient {
  const onError = (error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 401) return;
    const { pathname, href } = router().state.location;
    if (pathname !== '/login') void router().navigate({ to: '/login', search: { next: href }, replace: true });
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // The API may be on this very machine, where "offline" says nothing.
        networkMode: 'always',
        refetchOnWindowFocus: false,
        retry: (count, error) =>
          count < RETRIES && (error instanceof NetworkError || (error instanceof ApiError && error.status >= 500)),
      },
      mutations: { networkMode: 'always' },
    },
  });
}
