/** Saves, changes and deletes views; the list of them is a query like any other. */
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { keys } from '@/shared/api/keys';
import type { SavedView, SavedViewDraft, SavedViewPatch } from '@/shared/api/types';
import { createView, deleteView, patchView } from '@/shared/api/views';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { toast } from '@/shared/ui/toast-store';
import { offerUndo } from '@/shared/undo/offer-undo';

export function useViews() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: keys.views });
  const onError = (error: unknown) => toast({ tone: 'problem', title: t('views.failed'), detail: explain(error) });
  const create = useMutation({ mutationFn: createView, onSettled, onError });
  const patch = useMutation({
    mutationFn: ({ view, change }: { view: SavedView; change: SavedViewPatch }) => patchView(view, change),
    onSettled,
    onError,
  });
  const remove = useMutation({ mutationFn: deleteView, onSettled, onError });
  return {
    save: (draft: SavedViewDraft, then: (view: SavedView) => void) =>
      create.mutate(draft, {
        onSuccess: (view) => {
          toast({ title: t('views.saved', { name: view.name }) });
          then(view);
        },
      }),
    change: (view: SavedView, change: SavedViewPatch) =>
      patch.mutate({ view, change }, { onSuccess: ({ name }) => void toast({ title: t('views.saved', { name }) }) }),
    /** Taken back, it is saved anew, as one's own. */
    remove: (view: SavedView) =>
      remove.mutate(view.id, {
        onSuccess: () =>
          void offerUndo({ title: t('views.deleted', { name: view.name }) }, () => {
            const { name, shared, layout, filter, sort, options } = view;
            create.mutate({ name, shared, layout, filter, sort, options });
          }),
      }),
  };
}
