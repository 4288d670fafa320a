/** The manifest for `kubectl apply -f` or `tasktracker apply -f`, without what its Secrets hold. */
import { useQuery } from '@tanstack/react-query';

import { manifestQuery } from '@/shared/api/manifests';
import type { Source } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { sourceKey } from '@/shared/sources/source-label';
import { CopyButton } from '@/shared/ui/copy-button';
import { Dialog } from '@/shared/ui/dialog';
import { Skeleton } from '@/shared/ui/states';

export function YamlDialog({ source, onClose }: { source: Source; onClose: () => void }) {
  const manifest = useQuery(manifestQuery({ kind: 'sources', namespace: source.namespace, name: source.name }));
  return (
    <Dialog open wide onClose={onClose} title={sourceKey(source)} description={t('source.yaml.detail')}>
      {manifest.isError && <p role="alert" className="text-red">{explain(manifest.error)}</p>}
      {manifest.isPending && <Skeleton className="h-60 rounded-lg" />}
      {manifest.data !== undefined && (
        <div className="relative">
          <pre className="overflow-auto rounded-lg border bg-chrome p-3 pr-12 font-mono text-xs leading-relaxed">{manifest.data}</pre>
          <CopyButton text={manifest.data} label={t('copy.what', { what: t('form.yaml') })} className="absolute top-1.5 right-1.5" />
        </div>
      )}
    </Dialog>
  );
}
