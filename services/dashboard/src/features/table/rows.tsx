/** The rows: a table on a desk, a list of cards on a phone; a hundred thousand of them cost what thirty do. */
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Calendar } from 'lucide-react';
import { useEffect, useRef, type MouseEvent, type Ref } from 'react';

import type { Task } from '@/shared/api/types';
import { formatDueDay } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { CategoryDot, PriorityIcon, StatusIcon } from '@/shared/tasks/icons';
import { Avatar } from '@/shared/ui/avatar';
import { cn } from '@/shared/ui/cn';
import { useScrollMemory } from '@/shared/ui/scroll-memory';

import { cellOf, overdue, type OnNarrow } from './cells';
import type { Column } from './columns';
import { HeaderCell } from './header';
import type { Selection } from './selection';

const ROW = 36;
const CARD = 76;
const HEAD = 36;

type CheckProps = { task: Task; checked: boolean; onChange: (range: boolean) => void; className?: string };

function Check({ task, checked, onChange, className }: CheckProps) {
  return (
    <span className={cn('flex shrink-0 items-center justify-center', className)}>
      <input
        type="checkbox"
        checked={checked}
        aria-label={t('table.select.number', { number: task.number })}
        onChange={(event) => {
          onChange((event.nativeEvent as unknown as MouseEvent).shiftKey);
          // The keys of the page work again.
          event.currentTarget.blur();
        }}
        className="size-5 accent-(--accent) md:size-4"
      />
    </span>
  );
}

function TitleLink({ task, className }: { task: Task; className?: string }) {
  return (
    <Link
      to="/tasks/$number"
      params={{ number: String(task.number) }}
      data-task={task.id}
      className={cn('min-w-0 truncate font-medium outline-none', className)}
    >
      {task.title}
    </Link>
  );
}

function CardRow({ task, checked, onCheck }: { task: Task; checked: boolean; onCheck: (range: boolean) => void }) {
  return (
    <div className={cn('flex h-full items-center border-b pr-4', checked && 'bg-accent-soft')}>
      <Check task={task} checked={checked} onChange={onCheck} className="h-full w-12" />
      <span className="relative flex min-w-0 flex-1 flex-col gap-1">
        <TitleLink task={task} className="after:absolute after:-inset-y-3 after:inset-x-0" />
        <span className="flex min-w-0 items-center gap-2.5 text-xs text-faint">
          <StatusIcon value={task.status} labelled className="size-3.5" />
          <PriorityIcon value={task.priority} labelled className="size-3.5" />
          <span className="inline-flex items-center">
            <CategoryDot value={task.category} className="ml-0" />
            {t(`category.${task.category}`)}
          </span>
          <span className="nums">#{task.number}</span>
          <span className="ml-auto flex shrink-0 items-center gap-2">
            {task.due_on && (
              <span className={cn('nums inline-flex items-center gap-1', overdue(task) && 'text-red')}>
                <Calendar aria-hidden="true" className="size-3.5" strokeWidth={1.75} />
                {formatDueDay(task.due_on)}
              </span>
            )}
            {task.assignee && (
              <>
                <Avatar name={task.assignee.name} />
                <span className="sr-only">{task.assignee.name}</span>
              </>
            )}
          </span>
        </span>
      </span>
    </div>
  );
}

export type RowsHandle = { scrollTo: (index: number) => void };

type Props = {
  items: readonly Task[];
  phone: boolean;
  columns: readonly Column[];
  sort: string;
  selection: Selection;
  currentId: string | undefined;
  /** What the list is of: its scroll position is remembered by it. */
  name: string;
  onSort: (sort: string) => void;
  onResize: (column: Column, width: number) => void;
  onCheck: (task: Task, range: boolean) => void;
  onCheckAll: () => void;
  onNarrow: OnNarrow;
  onNearEnd: () => void;
  handle: Ref<RowsHandle>;
};

export function Rows(props: Props) {
  const { items, phone, columns, sort, selection, currentId, name, onCheck, onNarrow, onNearEnd, handle } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const initialOffset = useScrollMemory(name, scroller);
  const height = phone ? CARD : ROW;
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (at) => items[at]?.id ?? at,
    overscan: 16,
    initialOffset,
    initialRect: { width: 1000, height: 900 },
    scrollPaddingStart: phone ? 0 : HEAD,
    scrollMargin: 0,
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;

  useEffect(() => virtualizer.measure(), [height, virtualizer]);
  useEffect(() => {
    if (last >= items.length - 20) onNearEnd();
  }, [last, items.length, onNearEnd]);
  useEffect(() => {
    const given: RowsHandle = { scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }) };
    if (typeof handle === 'function') return void handle(given);
    if (handle) handle.current = given;
  }, [handle, virtualizer]);

  if (phone) {
    return (
      <div ref={scroller} className="h-full overflow-y-auto">
        <ul aria-label={t('table.title')} className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row) => {
            const task = items[row.index];
            return (
              task && (
                <li key={row.key} className="absolute inset-x-0 top-0" style={{ height: CARD, transform: `translateY(${row.start}px)` }}>
                  <CardRow task={task} checked={selection.has(task.id)} onCheck={(range) => onCheck(task, range)} />
                </li>
              )
            );
          })}
        </ul>
      </div>
    );
  }

  const template = `36px ${columns.map(({ id, width }) => (id === 'title' ? `minmax(${width}px, 1fr)` : `${width}px`)).join(' ')}`;
  const grid = { gridTemplateColumns: template, minWidth: 'max-content' } as const;
  const all = items.length > 0 && items.every(({ id }) => selection.has(id));
  return (
    // What scrolls can be focused, so that the arrow keys scroll it too.
    <div ref={scroller} className="h-full overflow-auto">
      <div role="table" aria-label={t('table.title')} aria-rowcount={-1} aria-colcount={columns.length + 1} className="min-w-max">
        <div role="rowgroup" className="sticky top-0 z-10">
          <div role="row" className="grid h-9 items-stretch border-b bg-canvas px-2" style={grid}>
            <span role="columnheader" className="flex items-center justify-center">
              <input
                type="checkbox"
                checked={all}
                aria-label={t('table.selectAll')}
                onChange={props.onCheckAll}
                className="size-4 accent-(--accent)"
              />
            </span>
            {columns.map((column) => (
              <HeaderCell
                key={column.id}
                column={column}
                sort={sort}
                onSort={props.onSort}
                onResize={(width) => props.onResize(column, width)}
              />
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row) => {
            const task = items[row.index];
            if (!task) return null;
            const checked = selection.has(task.id);
            return (
              <div
                key={row.key}
                role="row"
                aria-rowindex={row.index + 2}
                data-current={task.id === currentId || undefined}
                className={cn(
                  'absolute inset-x-0 top-0 grid items-center border-b px-2',
                  checked ? 'bg-accent-soft' : 'hoverable:bg-hover',
                  'data-current:shadow-[inset_2px_0_0_var(--accent)] has-[a:focus-visible]:outline-2 has-[a:focus-visible]:-outline-offset-2 has-[a:focus-visible]:outline-accent',
                )}
                style={{ ...grid, height: ROW, transform: `translateY(${row.start}px)` }}
              >
                <span role="cell" className="h-full">
                  <Check task={task} checked={checked} onChange={(range) => onCheck(task, range)} className="h-full" />
                </span>
                {columns.map(({ id }) => (
                  <span key={id} role="cell" className="flex min-w-0 items-center px-2">
                    {id === 'title' ? <TitleLink task={task} /> : cellOf(id, task, onNarrow)}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
