/** The suggestions, virtualised: a morning with 3,000 of them scrolls like one with ten. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';

import type { Task } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { useIsPhone } from '@/shared/ui/media';

import type { Box } from './boxes';
import { InboxRow } from './inbox-row';
import type { Marks } from './marking';
import type { Swipe } from './swipe';

type Props = {
  items: readonly Task[];
  index: number;
  box: Box;
  marks: Marks;
  onMark: (task: Task) => void;
  onMarkTo: (index: number) => void;
  onSwipe: (task: Task, swipe: Swipe) => void;
  onNearEnd: () => void;
};

export function InboxList({ items, index, box, marks, onMark, onMarkTo, onSwipe, onNearEnd }: Props) {
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
                <InboxRow
                  task={task}
                  box={box}
                  current={row.index === index}
                  marked={marks.has(task.id)}
                  marking={marks.size > 0}
                  onMark={() => onMark(task)}
                  onMarkTo={() => onMarkTo(row.index)}
                  onSwipe={(swipe) => onSwipe(task, swipe)}
                />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}
