/** Every address of the dashboard. Pages load when they are first opened. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';

import { parseAccuracySearch, periodOf } from '@/features/accuracy/accuracy-search';
import { parseDeadLetterSearch } from '@/features/dead-letters/dead-letter-search';
import { boxQuery, parseInboxSearch } from '@/features/inbox/boxes';
import { parseMessageSearch } from '@/features/messages/message-search';
import { parseSettingsSearch } from '@/features/settings/settings-search';
import { parseStatisticsSearch, periodOf as statisticsPeriod } from '@/features/statistics/statistics-search';
import { accuracyQuery } from '@/shared/api/accuracy';
import { ApiError } from '@/shared/api/client';
import { deadLetterListQuery } from '@/shared/api/dead-letters';
import { messageListQuery } from '@/shared/api/messages';
import { statisticsQuery } from '@/shared/api/statistics';
import { systemQuery, ledgerQuery, meQuery, sourcesQuery } from '@/shared/api/system';
import { taskQuery } from '@/shared/api/tasks';
import type { SourceKind } from '@/shared/api/types';
import { parseListSearch } from '@/shared/filters/list-search';

import { NotFound, PageError } from './page-error';
import { Shell } from './shell';

type Context = { client: QueryClient };

/** Starts a request while the page's script still loads; the page itself shows what comes of it. */
function ahead(request: Promise<unknown>): void {
  request.catch(() => undefined);
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageError });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { token?: string; next?: string; telegram?: string } => ({
    token: typeof search.token === 'string' || typeof search.token === 'number' ? String(search.token) : undefined,
    next: typeof search.next === 'string' ? search.next : undefined,
    telegram: typeof search.telegram === 'string' ? search.telegram : undefined,
  }),
  component: lazyRouteComponent(() => import('@/features/login/login-page'), 'LoginPage'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.query({ ...meQuery, staleTime: 'static' });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        throw redirect({ to: '/login', search: { next: location.href }, replace: true });
      }
      throw error;
    }
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: async ({ context }) => {
    // Nothing has ever come in: then the inbox has nothing to say, and the first steps have.
    const ledger = await context.client.query({ ...ledgerQuery, staleTime: 'static' }).catch(() => null);
    throw redirect({ to: ledger?.received === 0 ? '/start' : '/inbox', replace: true });
  },
});

const inboxPage = lazyRouteComponent(() => import('@/features/inbox/inbox-page'), 'InboxPage');

/** Both addresses show one page, so that choosing another suggestion does not build it anew. */
const inbox = createRoute({
  getParentRoute: () => shell,
  path: '/inbox',
  validateSearch: parseInboxSearch,
  loaderDeps: ({ search }) => ({ box: search.box ?? ('waiting' as const) }),
  loader: ({ context, deps }) => ahead(context.client.infiniteQuery(boxQuery(deps.box))),
  component: inboxPage,
});

const inboxItem = createRoute({ getParentRoute: () => inbox, path: '$number' });

const board = createRoute({
  getParentRoute: () => shell,
  path: '/board',
  validateSearch: parseListSearch,
  component: lazyRouteComponent(() => import('@/features/board/board-page'), 'BoardPage'),
});

const table = createRoute({
  getParentRoute: () => shell,
  path: '/tasks',
  validateSearch: parseListSearch,
  component: lazyRouteComponent(() => import('@/features/table/table-page'), 'TablePage'),
});

const calendar = createRoute({
  getParentRoute: () => shell,
  path: '/calendar',
  validateSearch: parseListSearch,
  component: lazyRouteComponent(() => import('@/features/calendar/calendar-page'), 'CalendarPage'),
});

const task = createRoute({
  getParentRoute: () => shell,
  path: '/tasks/$number',
  loader: ({ context, params }) => ahead(context.client.query(taskQuery(Number(params.number)))),
  component: lazyRouteComponent(() => import('@/features/task/task-page'), 'TaskPage'),
});

const messages = createRoute({
  getParentRoute: () => shell,
  path: '/messages',
  validateSearch: parseMessageSearch,
  loaderDeps: ({ search: { state, source, q, from, to } }) => ({ state, source, q, from, to }),
  loader: ({ context, deps }) => ahead(context.client.infiniteQuery(messageListQuery(deps))),
  component: lazyRouteComponent(() => import('@/features/messages/messages-page'), 'MessagesPage'),
});

const sources = createRoute({
  getParentRoute: () => shell,
  path: '/sources',
  loader: ({ context }) => ahead(context.client.query(sourcesQuery)),
  component: lazyRouteComponent(() => import('@/features/sources/sources-page'), 'SourcesPage'),
});

const kinds: readonly SourceKind[] = ['webhook', 'email', 'telegram', 'slack'];

const newSource = createRoute({
  getParentRoute: () => shell,
  path: '/sources/new',
  validateSearch: (search: Record<string, unknown>): { kind?: SourceKind } => ({ kind: kinds.find((kind) => kind === search.kind) }),
  component: lazyRouteComponent(() => import('@/features/sources/editor-page'), 'NewSourcePage'),
});

const editSource = createRoute({
  getParentRoute: () => shell,
  path: '/sources/$namespace/$name',
  component: lazyRouteComponent(() => import('@/features/sources/editor-page'), 'EditSourcePage'),
});

const deadLetters = createRoute({
  getParentRoute: () => shell,
  path: '/dead-letters',
  validateSearch: parseDeadLetterSearch,
  loaderDeps: ({ search: { state, source, q } }) => ({ state: state ?? ('open' as const), source, q }),
  loader: ({ context, deps }) => ahead(context.client.infiniteQuery(deadLetterListQuery(deps))),
  component: lazyRouteComponent(() => import('@/features/dead-letters/dead-letters-page'), 'DeadLettersPage'),
});

const start = createRoute({
  getParentRoute: () => shell,
  path: '/start',
  component: lazyRouteComponent(() => import('@/features/start/start-page'), 'StartPage'),
});

const accuracy = createRoute({
  getParentRoute: () => shell,
  path: '/accuracy',
  validateSearch: parseAccuracySearch,
  loaderDeps: ({ search }) => ({ days: periodOf(search), source: search.source }),
  loader: ({ context, deps }) => ahead(context.client.query(accuracyQuery(deps))),
  component: lazyRouteComponent(() => import('@/features/accuracy/accuracy-page'), 'AccuracyPage'),
});

const statistics = createRoute({
  getParentRoute: () => shell,
  path: '/statistics',
  validateSearch: parseStatisticsSearch,
  loaderDeps: ({ search }) => statisticsPeriod(search),
  loader: ({ context, deps }) => ahead(context.client.query(statisticsQuery(deps))),
  component: lazyRouteComponent(() => import('@/features/statistics/statistics-page'), 'StatisticsPage'),
});

const ledger = createRoute({
  getParentRoute: () => shell,
  path: '/ledger',
  loader: ({ context }) => ahead(context.client.query(ledgerQuery)),
  component: lazyRouteComponent(() => import('@/features/ledger/ledger-page'), 'LedgerPage'),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  validateSearch: parseSettingsSearch,
  component: lazyRouteComponent(() => import('@/features/settings/settings-page'), 'SettingsPage'),
});

const health = createRoute({
  getParentRoute: () => shell,
  path: '/health',
  loader: ({ context }) => ahead(context.client.query(systemQuery)),
  component: lazyRouteComponent(() => import('@/features/health/health-page'), 'HealthPage'),
});

const routeTree = root.addChildren([
  login,
  shell.addChildren([home, inbox.addChildren([inboxItem]), board, table, calendar, task, messages, deadLetters, sources, newSource, editSource, start, statistics, accuracy, ledger, health, settings]),
]);

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFound,
    // Search parameters stay readable: `?state=dead`, without JSON quotes.
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const params = new URLSearchParams();
      for (const [name, value] of Object.entries(search)) if (typeof value === 'string' && value !== '') params.set(name, value);
      const text = params.toString();
      return text === '' ? '' : `?${text}`;
    },
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}
