/** A value that is typed once, goes into the secret store, and is never shown again. */
import { Check, RefreshCw } from 'lucide-react';

import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { Input } from '@/shared/ui/field';

import type { FieldProps } from './field-view';
import { Labelled } from './field-view';
import { newSecret } from './new-secret';
import { labelOf, valueAt, type Json } from './schema';
import { placeOf, secretKey } from './use-editor';

const word = (value: Json | undefined) => (typeof value === 'string' ? value : '');

export function SecretField({ editor, document, at, field }: FieldProps) {
  const place = ['spec', ...field.path];
  const ref = { name: word(valueAt(document.spec, [...field.path, 'name'])), key: word(valueAt(document.spec, [...field.path, 'key'])) };
  const id = secretKey(document.namespace, ref.name, ref.key);
  const stored = editor.stored.has(id);
  const typed = editor.secrets[id] ?? '';
  const label = labelOf(field.name);
  const error =
    editor.shown(placeOf(at, place)) ?? editor.shown(placeOf(at, [...place, 'name'])) ?? editor.shown(placeOf(at, [...place, 'key']));
  // What the manifest names must be there, whether the schema demands it or not: a mailbox has a password or a token.
  const wanted = field.required || ref.name !== '';
  const missing = editor.submitted && wanted && !stored && typed === '' ? t('form.secret.missing') : undefined;

  /** An optional secret begins to exist when something is typed. */
  const type = (value: string) => {
    const own = ref.name ? ref : { name: document.name, key: field.name.replace(/SecretRef$/, '').replace(/^secretRef$/, 'secret').toLowerCase() || 'secret' };
    if (!ref.name && value !== '') editor.change([{ document: at, path: place, value: own }]);
    if (!field.required && value === '' && !stored) editor.change([{ document: at, path: place, value: undefined }]);
    editor.setSecret(secretKey(document.namespace, own.name, own.key), value);
  };
  return (
    <Labelled
      label={label}
      required={field.required}
      help={ref.name ? t('form.secret.kept', { secret: ref.name, key: ref.key }) : t('form.secret.help')}
      error={missing ?? error}
    >
      {({ id: control, describedBy }) => (
        <span className="flex items-center gap-2">
          <Input
            id={control}
            aria-describedby={describedBy}
            aria-invalid={missing !== undefined}
            // Not `password`: browsers would offer to keep it, and a made-up one is to be seen once.
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            placeholder={stored ? t('form.secret.stored') : t('form.secret.placeholder')}
            onChange={(event) => type(event.target.value)}
            className="min-w-0 flex-1 font-mono"
          />
          {document.kind === 'Webhook' && (
            <Button onClick={() => type(newSecret())}>
              <RefreshCw aria-hidden="true" className="size-4" strokeWidth={1.75} />
              {t('form.secret.make')}
            </Button>
          )}
          {stored && typed === '' && <Check aria-label={t('form.secret.stored')} className="size-4 shrink-0 text-green" strokeWidth={2} />}
        </span>
      )}
    </Labelled>
  );
}
