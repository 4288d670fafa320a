/** The suggestions, virtualised: a morning with 3,000 of them scrolls like one with ten. */
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';

import type { Task } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { SourceLabel } from '@/shared/sources/source-label';
import { percent } from '@/shared/tasks/confidence';
import { CategoryDot, PriorityIcon } from '@/shared/tasks/icons';
import { cn } from '@/shared/ui/cn';
import { useIsPhone } from '@/shared/ui/media';
import { RelativeTime } from '@/shared/ui/relative-time';

function Row({ task, current }: { task: Task; current: boolean }) {
  return (
    <Link
      to="/inbox/$number"
      params={{ number: String(task.number) }}
      aria-current={current ? 'true' : undefined}
      className={cn(
        'flex h-full gap-2.5 border-b px-4 py-3 inset-focus md:mx-2 md:rounded-lg md:border-transparent md:px-2.5 md:py-2.5',
        current ? 'md:bg-accent-soft' : 'hoverable:bg-hover',
      )}
    >
      <PriorityIcon value={task.priority} labelled className="mt-0.5" />
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate font-medium">{task.title}</span>
          <RelativeTime at={task.created_at} className="shrink-0 text-xs text-faint" />
        </span>
        <span className={cn('flex items-center gap-2 text-xs', current ? 'text-muted' : 'text-faint')}>
          <span className="inline-flex items-center">
            <CategoryDot value={task.category} className="ml-0" />
            {t(`category.${task.category}`)}
          </span>
          {task.source && <SourceLabel source={task.source} />}
          {task.confidence !== null && (
            <span className="nums ml-auto shrink-0" title={t('property.confidence')}>
              {percent(task.confidence)}
            </span>
          )}
        </span>
      </span>
    </Link>
  );
}

type Props = { items: readonly Task[]; index: number; onNearEnd: () => void };

export function InboxList({ items, index, onNearEnd }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useIsPhone() ? 74 : 60;
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (at) => items[at]?.id ?? at,
    overscan: 8,
    initialRect: { width: 400, height: 800 },
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;

  useEffect(() => {
    if (last >= items.length - 5) onNearEnd();
  }, [last, items.length, onNearEnd]);

  useEffect(() => {
    if (index < 0) return;
    virtualizer.scrollToIndex(index, { align: 'auto' });
    // Whoever walks the list with Tab keeps their place when j or a decision moves the selection.
    const list = scroller.current;
    if (list?.contains(document.activeElement)) list.querySelector<HTMLElement>('[aria-current]')?.focus({ preventScroll: true });
  }, [index, virtualizer]);

  return (
    <div ref={scroller} className="h-full overflow-y-auto md:py-2">
      <ul aria-label={t('inbox.title')} className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((row) => {
          const task = items[row.index];
          return (
            task && (
              <li
                key={row.key}
                className="absolute inset-x-0 top-0"
                style={{ height: row.size, transform: `translateY(${row.start}px)` }}
              >
                <Row task={task} current={row.index === index} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}
