/** Renders a page as the app does: its own query cache, a router in memory, the shell's keys and notes. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
  type RouteComponent,
} from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { useEffect } from 'react';

import { t } from '@/shared/i18n/translate';
import { listenToShortcuts, useShortcuts } from '@/shared/keyboard/shortcuts';
import { Toaster } from '@/shared/ui/toaster';
import { TooltipProvider } from '@/shared/ui/tooltip';
import { undoLast } from '@/shared/undo/undo-store';

export function testClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 30_000 } } });
}

function Frame() {
  useEffect(listenToShortcuts, []);
  const undo = () => void undoLast();
  useShortcuts(
    'shortcuts.everywhere',
    ['u', 'z', 'mod+z'].map((keys) => ({ keys, label: 'undo', run: undo })),
    true,
  );
  return (
    <main aria-label={t('navigation')}>
      <Outlet />
      <Toaster />
    </main>
  );
}

/** Shows `Page` at `path`; other addresses of the dashboard exist and are empty. */
export function renderPage(Page: RouteComponent, path: string, at = path.replace('/$number', '')) {
  const root = createRootRoute({ component: Frame });
  const base = createRoute({ getParentRoute: () => root, path: path.replace('/$number', ''), component: Page });
  const routeTree = root.addChildren([
    base.addChildren([createRoute({ getParentRoute: () => base, path: '$number' })]),
    createRoute({ getParentRoute: () => root, path: '/tasks/$number', component: () => <p>task page</p> }),
  ]);
  const router = createRouter({ routeTree, history: createMemoryHistory({ initialEntries: [at] }) });
  const client = testClient();
  const view = render(
    <QueryClientProvider client={client}>
      <TooltipProvider>
        {/* The real router's type is registered for the app; this one has fewer routes. */}
        <RouterProvider router={router as never} />
      </TooltipProvider>
    </QueryClientProvider>,
  );
  return { ...view, client, router };
}
