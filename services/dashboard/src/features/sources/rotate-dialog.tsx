/** A new secret: shown once, while the one before is accepted too. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { keys } from '@/shared/api/keys';
import { rotateSecret } from '@/shared/api/manifests';
import type { Webhook } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { formatFull } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { CodeLine } from '@/shared/ui/code-line';
import { Dialog } from '@/shared/ui/dialog';
import { Field } from '@/shared/ui/field';
import { Select } from '@/shared/ui/select';

const HOUR = 3600;
const graces = [
  { seconds: 0, label: 'rotate.now' },
  { seconds: HOUR, label: 'rotate.hour' },
  { seconds: 24 * HOUR, label: 'rotate.day' },
  { seconds: 7 * 24 * HOUR, label: 'rotate.week' },
] as const;

export function RotateDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const client = useQueryClient();
  const [grace, setGrace] = useState(24 * HOUR);
  const rotate = useMutation({
    mutationFn: () => rotateSecret(webhook, grace),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.sources }),
  });
  const done = rotate.data;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('rotate.title', { name: `${webhook.namespace}/${webhook.name}` })}
      description={t('rotate.detail')}
      footer={
        done ? (
          <Button tone="primary" onClick={onClose}>
            {t('rotate.done')}
          </Button>
        ) : (
          <>
            <Button tone="quiet" onClick={onClose}>
              {t('form.cancel')}
            </Button>
            <Button tone="primary" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
              {t('rotate.make')}
            </Button>
          </>
        )
      }
    >
      {done ? (
        <div className="flex flex-col gap-2">
          <CodeLine code={done.value} label={t('ready.secret.what')} />
          <p className="text-amber">{t('ready.secret.once')}</p>
          {done.previous_until && <p className="text-muted">{t('rotate.until', { until: formatFull(done.previous_until) })}</p>}
        </div>
      ) : (
        <Field label={t('rotate.grace')}>
          <Select value={grace} onChange={(event) => setGrace(Number(event.target.value))}>
            {graces.map(({ seconds, label }) => (
              <option key={seconds} value={seconds}>
                {t(label)}
              </option>
            ))}
          </Select>
        </Field>
      )}
      {rotate.isError && (
        <p role="alert" className="mt-3 text-red">
          {explain(rotate.error)}
        </p>
      )}
    </Dialog>
  );
}
