/** What can be done with a channel: suspend, YAML, edit, delete; each says what it does and can be taken back. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, FileCode, Pause, Pencil, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { keys } from '@/shared/api/keys';
import { suspendManifest } from '@/shared/api/manifests';
import type { Source } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { sourceKey } from '@/shared/sources/source-label';
import { IconButton } from '@/shared/ui/icon-button';
import { Menu, MenuItem, MenuSeparator } from '@/shared/ui/menu';
import { toast } from '@/shared/ui/toast-store';
import { offerUndo } from '@/shared/undo/offer-undo';

import { DeleteDialog } from './delete-dialog';
import { YamlDialog } from './yaml-dialog';

const icon = { 'aria-hidden': true, strokeWidth: 1.75 } as const;

export function SourceActions({ source }: { source: Source }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'yaml' | 'delete' | null>(null);
  const { namespace, name } = source;
  const key = sourceKey(source);
  const suspend = useMutation({
    mutationFn: (suspended: boolean) => suspendManifest({ kind: 'sources', namespace, name }, suspended),
    onSuccess: (_, suspended) => {
      void client.invalidateQueries({ queryKey: keys.sources });
      offerUndo({ title: t(suspended ? 'source.nowSuspended' : 'source.nowResumed', { name: key }) }, () => suspend.mutate(!suspended));
    },
    onError: (error) => toast({ tone: 'problem', title: t('source.notChanged', { name: key }), detail: explain(error) }),
  });
  return (
    <>
      <Menu align="end" trigger={<IconButton icon={Ellipsis} label={t('source.actions', { name: key })} />}>
        <MenuItem
          icon={source.suspended ? <Play {...icon} /> : <Pause {...icon} />}
          onSelect={() => suspend.mutate(!source.suspended)}
        >
          {t(source.suspended ? 'source.resume' : 'source.suspend')}
        </MenuItem>
        <MenuItem
          icon={<Pencil {...icon} />}
          onSelect={() => void navigate({ to: '/sources/$namespace/$name', params: { namespace, name } })}
        >
          {t('source.edit')}
        </MenuItem>
        <MenuItem icon={<FileCode {...icon} />} onSelect={() => setOpen('yaml')}>
          {t('source.yaml')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 {...icon} />} onSelect={() => setOpen('delete')} className="text-red">
          {t('source.delete')}
        </MenuItem>
      </Menu>
      {open === 'yaml' && <YamlDialog source={source} onClose={() => setOpen(null)} />}
      {open === 'delete' && <DeleteDialog source={source} onClose={() => setOpen(null)} />}
    </>
  );
}
