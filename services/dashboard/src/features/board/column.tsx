/** One status: a place to drop, and a virtual list, so that ten thousand cards cost what twenty do. */
import { useDroppable } from '@dnd-kit/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';

import { formatNumber, t, type MessageKey } from '@/shared/i18n/translate';
import { StatusIcon } from '@/shared/tasks/icons';
import { cn } from '@/shared/ui/cn';
import { useScrollMemory } from '@/shared/ui/scroll-memory';
import { ErrorState, Skeleton } from '@/shared/ui/states';

import { Card } from './card';
import { placeId, type Place } from './cell-place';
import { cellQuery, type ColumnStatus } from './columns';

const CARD_HEIGHT = 92;
const GAP = 8;
const SKELETONS = 3;

export function emptyText(status: ColumnStatus, filter: string): string {
  const own = ['todo', 'in_progress', 'done'].includes(status) && filter === '';
  return t(own ? (`board.empty.${status}` as MessageKey) : 'lanes.empty');
}

type CardsProps = { place: Place; filter: string; sort: string | undefined };

function Cards({ place, filter, sort }: CardsProps) {
  const { status } = place;
  const scroller = useRef<HTMLDivElement>(null);
  const initialOffset = useScrollMemory(`board ${status} ${filter} ${sort ?? ''}`, scroller);
  const list = useInfiniteQuery({ ...cellQuery(status, filter, sort), placeholderData: keepPreviousData });
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData } = list;
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_HEIGHT,
    getItemKey: (at) => items[at]?.id ?? at,
    gap: GAP,
    overscan: 6,
    initialOffset,
    initialRect: { width: 320, height: 800 },
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;

  useEffect(() => {
    if (last >= items.length - 5 && hasNextPage && !isFetchingNextPage && !isPlaceholderData) void fetchNextPage();
  }, [last, items.length, hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage]);

  if (list.isError && items.length === 0) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <div
      ref={scroller}
      aria-busy={list.isPending}
      className={cn('min-h-0 flex-1 overflow-x-hidden overflow-y-auto p-2', isPlaceholderData && 'opacity-60')}
    >
      {list.isPending &&
        Array.from({ length: SKELETONS }, (_, index) => <Skeleton key={index} className="mb-2 h-[92px] rounded-lg" />)}
      {list.isSuccess && items.length === 0 && (
        <p className="px-3 py-8 text-center text-xs text-faint">{emptyText(status, filter)}</p>
      )}
      <ul aria-label={t(`status.${status}`)} className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((row) => {
          const task = items[row.index];
          return (
            task && (
              <li
                key={row.key}
                ref={virtualizer.measureElement}
                data-index={row.index}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <Card task={task} place={place} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

export function ColumnHead({ status, count }: { status: ColumnStatus; count: number | undefined }) {
  return (
    <header className="flex h-10 shrink-0 items-center gap-2 px-3.5">
      <StatusIcon value={status} />
      <h2 className="font-medium">{t(`status.${status}`)}</h2>
      {count !== undefined && <span className="nums text-faint">{formatNumber(count)}</span>}
    </header>
  );
}

type Props = CardsProps & { count: number | undefined };

export function Column({ place, filter, sort, count }: Props) {
  const { status } = place;
  const { setNodeRef, isOver } = useDroppable({ id: placeId(place), data: place });
  return (
    <section
      ref={setNodeRef}
      aria-label={t(`status.${status}`)}
      className={cn(
        'flex h-full w-[86vw] shrink-0 snap-center flex-col rounded-xl border bg-chrome/70 transition-colors duration-100 md:w-auto md:min-w-64 md:flex-1 md:shrink',
        isOver ? 'border-accent bg-accent-soft/60' : 'border-transparent',
      )}
    >
      <ColumnHead status={status} count={count} />
      <Cards place={place} filter={filter} sort={sort} />
    </section>
  );
}
