/** All tasks: narrowed, sorted, changed many at once. What it shows is in its address. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Download, ListTodo, SearchX, Settings2 } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';

import { exportUrl, taskGroupsQuery, taskListQuery } from '@/shared/api/tasks';
import type { Task } from '@/shared/api/types';
import { FilterBar } from '@/shared/filters/filter-bar';
import { withValues } from '@/shared/filters/filter-text';
import { asked, useListSearch } from '@/shared/filters/use-list-search';
import { formatNumber, plural, t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { useCorrectionKeys } from '@/shared/tasks/correction-keys';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';
import { IconButton } from '@/shared/ui/icon-button';
import { useIsPhone } from '@/shared/ui/media';
import { Menu, MenuItem } from '@/shared/ui/menu';
import { Page } from '@/shared/ui/page';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/states';
import { NEWEST } from '@/shared/views/view-address';
import { ViewsMenu } from '@/shared/views/views-menu';

import { BulkBar } from './bulk-bar';
import { parseColumns, writeColumns, type Column } from './columns';
import { ColumnsDialog } from './columns-dialog';
import { Rows, type RowsHandle } from './rows';
import { none, toggledRow, withRange, type Selection } from './selection';

const SKELETONS = 16;
const PAGE = 100;

/** A click that leads to a file; the browser does the rest. */
function download(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.click();
}

export function TablePage() {
  const { search, filter, change } = useListSearch();
  const navigate = useNavigate();
  const phone = useIsPhone();
  const sort = search.sort ?? NEWEST;
  const wanted = { ...asked(filter), sort };
  const list = useInfiniteQuery({ ...taskListQuery({ ...wanted, limit: PAGE }), placeholderData: keepPreviousData });
  const count = useQuery({ ...taskGroupsQuery(asked(filter), 'nothing'), placeholderData: keepPreviousData });
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const columns = useMemo(() => parseColumns(search.columns), [search.columns]);
  const labels = useMemo(() => items.flatMap((task) => task.labels), [items]);

  const [selection, setSelection] = useState<Selection>(none);
  const [currentId, setCurrentId] = useState<string>();
  const [choosing, setChoosing] = useState(false);
  const [statusOpen, setStatusOpen] = useState(false);
  const anchor = useRef<string>(undefined);
  const rows = useRef<RowsHandle>(null);
  const corrections = useCorrectionKeys();

  const selected = useMemo(() => items.filter(({ id }) => selection.has(id)), [items, selection]);
  const current = items.find(({ id }) => id === currentId);

  const check = (task: Task, range: boolean) => {
    setSelection((before) =>
      range && anchor.current ? withRange(before, items.map(({ id }) => id), anchor.current, task.id) : toggledRow(before, task.id),
    );
    anchor.current = task.id;
    setCurrentId(task.id);
  };
  const checkAll = () => setSelection(selected.length === items.length ? none : new Set(items.map(({ id }) => id)));
  const move = (step: 1 | -1) => {
    const at = items.findIndex(({ id }) => id === currentId);
    const target = at === -1 ? 0 : Math.min(items.length - 1, Math.max(0, at + step));
    const task = items[target];
    if (!task) return;
    setCurrentId(task.id);
    rows.current?.scrollTo(target);
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-task="${task.id}"]`)?.focus({ preventScroll: true }));
  };
  /** The keys of a property act on the selection; without one, on the row that they are on. */
  const withSelection = (run: () => void) => () => {
    if (selected.length === 0) {
      if (!current) return;
      setSelection(new Set([current.id]));
    }
    run();
  };
  const setColumns = (next: readonly Column[]) => change({ columns: writeColumns(next) });
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData } = list;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isPlaceholderData) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage]);

  useShortcuts('table.title', [
    { keys: 'j', label: 'table.next', run: () => move(1) },
    { keys: 'k', label: 'table.previous', run: () => move(-1) },
    { keys: 'Enter', label: 'table.open', run: () => current && void navigate({ to: '/tasks/$number', params: { number: String(current.number) } }) },
    { keys: 'x', label: 'table.select', run: () => current && check(current, false) },
    { keys: 'mod+a', label: 'table.selectAll', run: checkAll },
    { keys: 'e', label: 'table.edit', run: withSelection(() => requestAnimationFrame(() => document.querySelector<HTMLElement>('[role="toolbar"] button')?.focus())) },
    { keys: 's', label: 'bulk.status', run: withSelection(() => setStatusOpen(true)) },
    ...corrections.shortcuts.map((shortcut) => ({ ...shortcut, run: withSelection(shortcut.run) })),
    { keys: '/', label: 'table.focusFilter', run: () => document.querySelector<HTMLElement>('[data-search]')?.focus() },
    { keys: 'Escape', label: 'bulk.clear', run: () => setSelection(none), hidden: true },
  ]);

  const empty = list.isSuccess && items.length === 0;
  return (
    <Page
      title={t('table.title')}
      count={count.data && <span title={plural('table.count', count.data.total)}>{formatNumber(count.data.total)}</span>}
      className="flex min-h-0 flex-col"
      actions={
        <>
          <ViewsMenu layout="table" search={search} />
          {!phone && <IconButton icon={Settings2} label={t('table.columns')} onClick={() => setChoosing(true)} />}
          <Menu align="end" trigger={<IconButton icon={Download} label={t('table.export')} />}>
            <MenuItem onSelect={() => download(exportUrl(wanted, 'csv'))}>{t('table.export.csv')}</MenuItem>
            <MenuItem onSelect={() => download(exportUrl(wanted, 'json'))}>{t('table.export.json')}</MenuItem>
          </Menu>
        </>
      }
    >
      <div className="flex shrink-0 border-b px-3 py-2 md:px-4">
        <FilterBar filter={filter} labels={labels} onChange={(next) => change({ filter: next || undefined })} />
      </div>
      <div className={cn('min-h-0 flex-1', list.isPlaceholderData && 'opacity-60')} aria-busy={list.isFetching}>
        {list.isPending &&
          Array.from({ length: SKELETONS }, (_, row) => (
            <div key={row} className="flex h-19 items-center gap-3 border-b px-5 md:h-9">
              <Skeleton className="size-4" />
              <Skeleton className="h-3 flex-1" />
              <Skeleton className="h-3 w-24" />
            </div>
          ))}
        {list.isError && items.length === 0 && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {empty && (
          <EmptyState
            icon={filter ? SearchX : ListTodo}
            title={t(filter ? 'table.noMatch.title' : 'table.empty.title')}
            action={filter && <Button onClick={() => change({ filter: undefined })}>{t('filter.clear')}</Button>}
          >
            {t(filter ? 'table.noMatch.detail' : 'table.empty.detail')}
          </EmptyState>
        )}
        {items.length > 0 && (
          <Rows
            handle={rows}
            items={items}
            phone={phone}
            columns={columns}
            sort={sort}
            selection={selection}
            currentId={currentId}
            name={`table ${filter} ${sort}`}
            onSort={(next) => change({ sort: next === NEWEST ? undefined : next })}
            onResize={(column, width) => setColumns(columns.map((item) => (item.id === column.id ? { ...item, width } : item)))}
            onCheck={check}
            onCheckAll={checkAll}
            onNarrow={(field, value) => change({ filter: withValues(filter, field, [value]) })}
            onNearEnd={nearEnd}
          />
        )}
      </div>
      {selected.length > 0 && (
        <BulkBar
          tasks={selected}
          opening={corrections.opening}
          status={{ open: statusOpen, onOpenChange: setStatusOpen }}
          onClear={() => setSelection(none)}
        />
      )}
      {choosing && <ColumnsDialog columns={columns} onChange={setColumns} onClose={() => setChoosing(false)} />}
    </Page>
  );
}
