import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';

import type { Message, Page } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { senderName } from '@/shared/messages/sender-name';
import { StateIcon } from '@/shared/messages/state';
import { SourceLabel } from '@/shared/sources/source-label';
import { cn } from '@/shared/ui/cn';
import { useIsPhone } from '@/shared/ui/media';
import { RelativeTime } from '@/shared/ui/relative-time';

/** The first line that says something; the list shows no more. */
const firstLine = ({ subject, text, state }: Message) => subject || text.slice(0, 300) || (state === 'dead' ? t('message.unread') : '');

function Row({ message, current, dense }: { message: Message; current: boolean; dense: boolean }) {
  const line = firstLine(message);
  return (
    <Link
      from="/messages"
      to="."
      search={(before) => ({ ...before, message: message.id })}
      aria-current={current ? 'true' : undefined}
      className={cn(
        'flex h-full items-center gap-3 border-b px-4 inset-focus md:px-5',
        current ? 'bg-accent-soft' : 'hoverable:bg-hover',
      )}
    >
      <StateIcon value={message.state} className={cn(!dense && 'self-start mt-3.5')} />
      {dense ? (
        <>
          <span className="w-36 shrink-0 truncate font-medium">{senderName(message)}</span>
          <span className="min-w-0 flex-1 truncate">
            {line}
            {message.subject && <span className="ml-2 text-faint">{message.text.slice(0, 160)}</span>}
          </span>
          {message.task && <span className="nums shrink-0 text-xs text-muted">#{message.task.number}</span>}
          <SourceLabel source={message.source} className="w-28 shrink-0 text-xs text-faint" />
          <RelativeTime at={message.received_at} className="w-20 shrink-0 text-right text-xs text-faint" />
        </>
      ) : (
        <span className="flex min-w-0 flex-1 flex-col gap-0.5">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate font-medium">{senderName(message)}</span>
            <RelativeTime at={message.received_at} className="shrink-0 text-xs text-faint" />
          </span>
          <span className="truncate text-muted">{line}</span>
        </span>
      )}
    </Link>
  );
}

type Props = {
  list: UseInfiniteQueryResult<InfiniteData<Page<Message>>>;
  currentId: string | undefined;
  /** Half the width: the detail stands beside it. */
  narrow: boolean;
};

export function MessageList({ list, currentId, narrow }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const dense = !useIsPhone() && !narrow;
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const rowHeight = dense ? 40 : 64;
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (at) => items[at]?.id ?? at,
    overscan: 12,
    initialRect: { width: 800, height: 900 },
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;

  useEffect(() => virtualizer.measure(), [rowHeight, virtualizer]);
  useEffect(() => {
    if (last >= items.length - 8 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, items.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <div ref={scroller} className="h-full overflow-y-auto">
      <ul aria-label={t('messages.title')} className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((row) => {
          const message = items[row.index];
          return (
            message && (
              <li
                key={row.key}
                className="absolute inset-x-0 top-0"
                style={{ height: row.size, transform: `translateY(${row.start}px)` }}
              >
                <Row message={message} current={message.id === currentId} dense={dense} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}
