/** The form of one manifest: what everybody has to say first, the rest behind "More settings". */
import { t } from '@/shared/i18n/translate';

import { FieldView } from './field-view';
import { fieldsOf, type FormField } from './schema';
import type { Editor } from './use-editor';

const first = new Set(['type', 'provider', 'sourceRef', 'verification', 'telegram', 'slack', 'email', 'triage', 'reply']);
const isFirst = ({ name, required }: FormField) => required || first.has(name);

export function ManifestForm({ editor, at, existing }: { editor: Editor; at: number; existing: boolean }) {
  const document = editor.documents[at];
  if (document?.kind !== 'Source' && document?.kind !== 'Webhook') return null;
  const fields = fieldsOf(editor.schemas[document.kind], document.spec);
  const own = { editor, document, at, existing };
  // Who is asked for a kind has chosen it already; a webhook Source answers nobody.
  const shown = fields.filter(
    ({ name }) => !(document.kind === 'Source' && (name === 'type' || (name === 'reply' && editor.documents.some(({ kind }) => kind === 'Webhook')))),
  );
  return (
    <section aria-label={document.kind} className="flex flex-col gap-4">
      {shown.filter(isFirst).map((field) => (
        <FieldView key={field.name} {...own} field={field} />
      ))}
      <details className="rounded-lg border">
        <summary className="flex min-h-10 cursor-default items-center px-3 font-medium md:min-h-8">{t('form.more')}</summary>
        <div className="flex flex-col gap-4 border-t px-3 py-3">
          {shown
            .filter((field) => !isFirst(field))
            .map((field) => (
              <FieldView key={field.name} {...own} field={field} />
            ))}
        </div>
      </details>
    </section>
  );
}
