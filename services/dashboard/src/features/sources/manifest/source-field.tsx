/** Which Source a Webhook belongs to. */
import { useQuery } from '@tanstack/react-query';

import { sourcesQuery } from '@/shared/api/system';
import { t } from '@/shared/i18n/translate';
import { Select } from '@/shared/ui/select';

import { Labelled, type FieldProps } from './field-view';
import { labelOf, valueAt } from './schema';
import { placeOf } from './use-editor';

export function SourceField({ editor, document, at, field, existing }: FieldProps) {
  const sources = useQuery(sourcesQuery);
  const path = ['spec', ...field.path, 'name'];
  const chosen = valueAt(document.spec, [...field.path, 'name']);
  const beside = editor.documents.filter(({ kind, namespace }) => kind === 'Source' && namespace === document.namespace).map(({ name }) => name);
  // The Source that is made together with it is the only one that makes sense.
  if (beside.length > 0) return null;
  const names = (sources.data ?? []).filter(({ namespace, configured }) => configured && namespace === document.namespace).map(({ name }) => name);
  return (
    <Labelled label={labelOf(field.name)} help={field.schema.description} required={field.required} error={editor.shown(placeOf(at, path))}>
      {({ id, describedBy }) => (
        <Select
          id={id}
          aria-describedby={describedBy}
          disabled={existing}
          value={typeof chosen === 'string' ? chosen : ''}
          onChange={(event) => editor.change([{ document: at, path, value: event.target.value }])}
        >
          <option value="">{t('form.choose')}</option>
          {[...new Set([...names, ...(typeof chosen === 'string' && chosen ? [chosen] : [])])].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Labelled>
  );
}
