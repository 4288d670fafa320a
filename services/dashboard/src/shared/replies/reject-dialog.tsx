/** Why a reply is not to be sent; its author reads it. */
import { useState } from 'react';

import type { Reply } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { Field, TextArea } from '@/shared/ui/field';

type Props = { reply: Reply; onClose: () => void; onReject: (reason: string) => void };

export function RejectDialog({ reply, onClose, onReject }: Props) {
  const [reason, setReason] = useState('');
  const finish = () => {
    if (reason.trim() === '') return;
    onClose();
    onReject(reason.trim());
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('reply.reject.title')}
      description={t('reply.reject.detail', { author: reply.author?.name ?? t('sender.unknown') })}
      footer={
        <Button tall tone="primary" hint="mod+Enter" disabled={reason.trim() === ''} onClick={finish}>
          {t('reply.reject')}
        </Button>
      }
    >
      <Field label={t('reply.reject.reason')}>
        <TextArea
          value={reason}
          maxLength={2_000}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && (event.metaKey || event.ctrlKey) && finish()}
        />
      </Field>
    </Dialog>
  );
}
