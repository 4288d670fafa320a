/** Queries and calls about saved views. */
import { queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { keys } from './keys';
import type { SavedView, SavedViewDraft, SavedViewPatch } from './types';

export const viewsQuery = queryOptions({
  queryKey: keys.views,
  queryFn: ({ signal }) => api<SavedView[]>('/views', { signal }),
});

export const createView = (draft: SavedViewDraft) => api<SavedView>('/views', { method: 'POST', body: draft });

/** Changes a view that was read; someone else's change in between is a 412. */
export const patchView = (view: SavedView, patch: SavedViewPatch) =>
  api<SavedView>(`/views/${view.id}`, { method: 'PATCH', body: patch, headers: { 'if-match': `"${view.version}"` } });

export const deleteView = (id: string) => api<undefined>(`/views/${id}`, { method: 'DELETE' });
