/** Nothing is to be done, and why: the reason stays with the letter. */
import { useState } from 'react';

import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { Field, TextArea } from '@/shared/ui/field';

type Props = { title: string; onClose: () => void; onDiscard: (reason: string) => void };

export function DiscardDialog({ title, onClose, onDiscard }: Props) {
  const [reason, setReason] = useState('');
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={t('dead.discard.detail')}
      footer={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t('form.cancel')}
          </Button>
          <Button
            tone="primary"
            disabled={reason.trim() === ''}
            onClick={() => {
              onDiscard(reason.trim());
              onClose();
            }}
          >
            {t('dead.discard')}
          </Button>
        </>
      }
    >
      <Field label={t('dead.reason')}>
        <TextArea value={reason} onChange={(event) => setReason(event.target.value)} placeholder={t('dead.reason.example')} />
      </Field>
    </Dialog>
  );
}
