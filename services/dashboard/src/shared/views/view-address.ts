/** A saved view as an address, and an address as what to save. */
import type { SavedView, SavedViewDraft, ViewLayout } from '@/shared/api/types';
import { boardLanes, parseListSearch, type ListSearch } from '@/shared/filters/list-search';

export const layoutPath = { table: '/tasks', board: '/board', calendar: '/calendar' } as const satisfies Record<ViewLayout, string>;

/** The order that is meant when the address names none. */
export const NEWEST = '-created_at';

export function searchOf(view: SavedView): ListSearch {
  const options = parseListSearch(view.options);
  return {
    filter: view.filter || undefined,
    sort: view.sort === NEWEST ? undefined : view.sort,
    columns: options.columns,
    lanes: boardLanes.find((lanes) => lanes !== 'none' && lanes === options.lanes) as ListSearch['lanes'],
    view: view.id,
  };
}

export function draftOf(layout: ViewLayout, search: ListSearch): Omit<SavedViewDraft, 'name' | 'shared'> {
  const { columns, lanes } = search;
  return {
    layout,
    filter: search.filter ?? '',
    sort: search.sort ?? NEWEST,
    options: { ...(columns ? { columns } : {}), ...(lanes ? { lanes } : {}) },
  };
}

/** Whether the list shows something else than the view that it began with. */
export function isChanged(view: SavedView, layout: ViewLayout, search: ListSearch): boolean {
  const saved = searchOf(view);
  const same = (name: 'filter' | 'sort' | 'columns' | 'lanes') => (saved[name] ?? '') === (search[name] ?? '');
  return view.layout !== layout || !(same('filter') && same('sort') && same('columns') && same('lanes'));
}
