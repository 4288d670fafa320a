/** Everything that came in, what became of it and why. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { MessagesSquare, SearchX } from 'lucide-react';

import { messageListQuery } from '@/shared/api/messages';
import { t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { cn } from '@/shared/ui/cn';
import { useIsPhone } from '@/shared/ui/media';
import { Page } from '@/shared/ui/page';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/states';

import { MessageDetail } from './message-detail';
import { DaysFilter, MessageSearchBox, SourceFilter, StateTabs } from './message-filters';
import { MessageList } from './message-list';

const SKELETONS = 12;

export function MessagesPage() {
  const search = useSearch({ from: '/shell/messages' });
  const { state, source, q, from, to, message } = search;
  const navigate = useNavigate({ from: '/messages' });
  const list = useInfiniteQuery({ ...messageListQuery({ state, source, q, from, to }), placeholderData: keepPreviousData });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const phone = useIsPhone();
  const filtered = [state, source, q, from, to].some((asked) => asked !== undefined);

  const open = (id: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, message: id }), replace: true });
  const move = (step: 1 | -1) => {
    const target = items[items.findIndex((item) => item.id === message) + step];
    if (target) open(target.id);
  };
  useShortcuts('messages.title', [
    { keys: 'j', label: 'messages.next', run: () => move(1) },
    { keys: 'k', label: 'messages.previous', run: () => move(-1) },
    { keys: '/', label: 'messages.search', run: () => document.querySelector<HTMLElement>('[data-search]')?.focus() },
    { keys: 'Escape', label: 'close', run: () => open(undefined), hidden: true },
  ]);

  if (phone && message) return <MessageDetail key={message} id={message} />;
  return (
    <Page title={t('messages.title')} className="flex min-h-0">
      <div className={cn('flex min-h-0 min-w-0 flex-1 flex-col', message && 'max-w-md')}>
        <div
          className={cn(
            'flex shrink-0 flex-wrap items-center gap-2 border-b px-3 py-2 md:px-4',
            !message && 'lg:flex-nowrap lg:justify-between',
          )}
        >
          <StateTabs search={search} narrow={phone || message !== undefined} />
          <div className={cn('flex min-w-0 items-center gap-2 max-md:w-full', message && 'w-full')}>
            <MessageSearchBox search={search} />
            <SourceFilter search={search} />
            <DaysFilter search={search} />
          </div>
        </div>
        <div className={cn('min-h-0 flex-1', list.isPlaceholderData && 'opacity-60')} aria-busy={list.isFetching}>
          {list.isPending &&
            Array.from({ length: SKELETONS }, (_, row) => (
              <div key={row} className="flex h-16 items-center gap-3 border-b px-5 md:h-10">
                <Skeleton className="size-4 rounded-full" />
                <Skeleton className="h-3 w-28" />
                <Skeleton className="h-3 flex-1" />
              </div>
            ))}
          {list.isError && items.length === 0 && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
          {list.isSuccess && items.length === 0 && (
            <EmptyState
              icon={filtered ? SearchX : MessagesSquare}
              title={t(filtered ? 'messages.noMatch.title' : 'messages.empty.title')}
            >
              {t(filtered ? 'messages.noMatch.detail' : 'messages.empty.detail')}
            </EmptyState>
          )}
          {items.length > 0 && <MessageList list={list} currentId={message} narrow={message !== undefined} />}
        </div>
      </div>
      {message && <MessageDetail key={message} id={message} />}
    </Page>
  );
}
