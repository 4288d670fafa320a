/** Says what goes and what stays before a channel is taken away, and offers the way back afterwards. */
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { keys } from '@/shared/api/keys';
import { applyManifests, deleteManifest } from '@/shared/api/manifests';
import type { Source } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { plural, t } from '@/shared/i18n/translate';
import { sourceKey } from '@/shared/sources/source-label';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { toast } from '@/shared/ui/toast-store';
import { offerUndo } from '@/shared/undo/offer-undo';

export function DeleteDialog({ source, onClose }: { source: Source; onClose: () => void }) {
  const client = useQueryClient();
  const key = sourceKey(source);
  const refresh = () => client.invalidateQueries({ queryKey: keys.sources });
  const restore = useMutation({
    mutationFn: (yaml: string) => applyManifests(yaml),
    onSuccess: refresh,
    onError: (error) => toast({ tone: 'problem', title: t('source.notChanged', { name: key }), detail: explain(error) }),
  });
  const remove = useMutation({
    mutationFn: () => deleteManifest({ kind: 'sources', namespace: source.namespace, name: source.name }),
    onSuccess: ({ manifests }) => {
      onClose();
      void refresh();
      offerUndo({ title: t('source.deleted', { name: key }) }, () => restore.mutate(manifests));
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('source.delete.title', { name: key })}
      description={t('source.delete.detail')}
      footer={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t('form.cancel')}
          </Button>
          <Button className="border-red! text-red" disabled={remove.isPending} onClick={() => remove.mutate()}>
            {t('source.delete')}
          </Button>
        </>
      }
    >
      <ul className="flex list-disc flex-col gap-1.5 pl-4 text-muted">
        <li>{t('source.delete.senders')}</li>
        <li>{plural('source.delete.messages', source.counts.received)}</li>
        <li>{t('source.delete.undo')}</li>
      </ul>
      {remove.isError && (
        <p role="alert" className="mt-3 text-red">
          {explain(remove.error)}
        </p>
      )}
    </Dialog>
  );
}
