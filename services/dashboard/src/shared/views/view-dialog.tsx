import { useState } from 'react';

import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { Field, Input } from '@/shared/ui/field';

type Said = { name: string; shared: boolean };
type Props = {
  title: string;
  initial: Said;
  /** Somebody else's view stays shared. */
  fixedShared?: boolean;
  onSave: (said: Said) => void;
  onClose: () => void;
};

/** Name and sharing of a view, new or old. */
export function ViewDialog({ title, initial, fixedShared = false, onSave, onClose }: Props) {
  const [name, setName] = useState(initial.name);
  const [shared, setShared] = useState(initial.shared);
  const [missing, setMissing] = useState(false);
  const submit = () => {
    if (name.trim() === '') setMissing(true);
    else onSave({ name: name.trim(), shared });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={t('views.save.description')}
      footer={
        <Button tone="primary" type="submit" form="view-form">
          {t('views.submit')}
        </Button>
      }
    >
      <form
        id="view-form"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label={t('views.name')} error={missing ? t('views.nameMissing') : null}>
          <Input value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
        </Field>
        {!fixedShared && (
          <label className="flex min-h-10 items-center gap-2.5 md:min-h-0">
            <input
              type="checkbox"
              checked={shared}
              onChange={(event) => setShared(event.target.checked)}
              className="size-4 accent-(--accent)"
            />
            {t('views.shared')}
          </label>
        )}
      </form>
    </Dialog>
  );
}
