/** One field of a manifest, drawn from its schema: label, help, control, and what the server says about it. */
import { useId, useState, type ReactNode } from 'react';

import { t } from '@/shared/i18n/translate';
import { Input, TextArea } from '@/shared/ui/field';
import { Select } from '@/shared/ui/select';

import type { ManifestDocument } from './documents';
import { fieldsOf, labelOf, unionChanges, valueAt, type FormField, type Json, type Path, type Schema } from './schema';
import { SecretField } from './secret-field';
import { SourceField } from './source-field';
import { placeOf, type Editor } from './use-editor';

export type FieldProps = {
  editor: Editor;
  document: ManifestDocument;
  /** Which document of the text it is. */
  at: number;
  field: FormField;
  /** The object exists already: what it is cannot change any more. */
  existing: boolean;
};

type LabelledProps = { label: string; help?: string; error?: string; required: boolean; children: (ids: { id: string; describedBy: string | undefined }) => ReactNode };

/** A label, its help and its error, tied to the control. */
export function Labelled({ label, help, error, required, children }: LabelledProps) {
  const id = useId();
  const ids = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-xs font-medium text-muted">
        {label}
        {!required && <span className="ml-1.5 font-normal text-faint">{t('form.optional')}</span>}
      </label>
      {children({ id, describedBy: ids || undefined })}
      {help && (
        <p id={`${id}-help`} className="text-xs text-faint">
          {help}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs text-red">
          {error}
        </p>
      )}
    </div>
  );
}

/** Text of a value as an input shows it. */
const shownText = (value: Json | undefined) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

const linesOf = (value: Json | undefined) => (Array.isArray(value) ? value.map(shownText).join('\n') : '');

/** What is the default is not written: the YAML says what is special about this object. */
const orNothing = (schema: Schema, required: boolean, value: Json) => (!required && value === (schema.default ?? '') ? undefined : value);

export function FieldView({ editor, document, at, field, existing }: FieldProps) {
  const { schema, required, path, control } = field;
  const place = placeOf(at, ['spec', ...path]);
  const value = valueAt(document.spec, path);
  const error = editor.shown(place);
  const label = labelOf(field.name);
  const set = (next: Json | undefined, more: [Path, Json | undefined][] = []) =>
    editor.change([
      ...more.map(([elsewhere, gone]) => ({ document: at, path: ['spec', ...elsewhere], value: gone })),
      { document: at, path: ['spec', ...path], value: next },
    ]);
  const fallback = schema.default === undefined || typeof schema.default === 'object' ? undefined : String(schema.default);
  const shared = { label, help: schema.description, error, required };

  switch (control) {
    case 'yaml-only':
      return null;
    case 'group':
      return <Group editor={editor} document={document} at={at} field={field} existing={existing} />;
    case 'secret':
      return <SecretField editor={editor} document={document} at={at} field={field} existing={existing} />;
    case 'source':
      return <SourceField editor={editor} document={document} at={at} field={field} existing={existing} />;
    case 'switch': {
      const checked = typeof value === 'boolean' ? value : schema.default === true;
      return (
        <div className="flex flex-col gap-1">
          <label className="flex min-h-9 items-center gap-2.5 md:min-h-6">
            <input
              type="checkbox"
              checked={checked}
              onChange={(event) => set(orNothing({ default: false, ...schema }, required, event.target.checked))}
              className="size-4 accent-(--accent)"
            />
            <span className="font-medium">{label}</span>
          </label>
          {schema.description && <p className="pl-6.5 text-xs text-faint">{schema.description}</p>}
          {error && (
            <p role="alert" className="pl-6.5 text-xs text-red">
              {error}
            </p>
          )}
        </div>
      );
    }
    case 'choice':
      return (
        <Labelled {...shared} required>
          {({ id, describedBy }) => (
            <Select
              id={id}
              aria-describedby={describedBy}
              value={shownText(value) || fallback || ''}
              disabled={existing && field.immutable}
              onChange={(event) => {
                const chosen = schema.enum?.find((item) => String(item) === event.target.value) ?? '';
                const parent = path.slice(0, -1);
                const union = field.name === 'type' ? unionChanges(parentSchema(editor, at, parent), parent, String(chosen), document.name) : [];
                set(orNothing(schema, required, chosen), union);
              }}
            >
              {fallback === undefined && !schema.enum?.includes(shownText(value)) && <option value="">{t('form.choose')}</option>}
              {schema.enum?.map((item) => (
                <option key={item} value={item}>
                  {item}
                </option>
              ))}
            </Select>
          )}
        </Labelled>
      );
    case 'number':
      return (
        <Labelled {...shared}>
          {({ id, describedBy }) => (
            <Input
              id={id}
              aria-describedby={describedBy}
              aria-invalid={error !== undefined}
              inputMode="numeric"
              value={shownText(value)}
              placeholder={fallback}
              onChange={(event) => {
                const typed = event.target.value.trim();
                const number = Number(typed);
                // What is no number goes to the server as it is, which says so.
                set(typed === '' ? undefined : Number.isInteger(number) ? orNothing(schema, required, number) : typed);
              }}
            />
          )}
        </Labelled>
      );
    case 'lines':
      return (
        <Labelled {...shared} help={[schema.description, t('form.lines')].filter(Boolean).join(' ')}>
          {({ id, describedBy }) => (
            <Lines
              id={id}
              describedBy={describedBy}
              invalid={error !== undefined}
              value={linesOf(value)}
              onChange={(lines) => set(lines.length === 0 ? undefined : lines)}
            />
          )}
        </Labelled>
      );
    case 'text':
      return (
        <Labelled {...shared}>
          {({ id, describedBy }) => (
            <Input
              id={id}
              aria-describedby={describedBy}
              aria-invalid={error !== undefined}
              value={shownText(value)}
              placeholder={fallback}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => set(orNothing(schema, required, event.target.value))}
            />
          )}
        </Labelled>
      );
  }
}

const splitLines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean);

type LinesProps = { id: string; describedBy: string | undefined; invalid: boolean; value: string; onChange: (lines: string[]) => void };

/** The line that is being begun is nothing yet for the YAML, and must not vanish while it is typed. */
function Lines({ id, describedBy, invalid, value, onChange }: LinesProps) {
  const [text, setText] = useState(value);
  const shown = splitLines(text).join('\n') === value ? text : value;
  return (
    <TextArea
      id={id}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      value={shown}
      className="min-h-16"
      onChange={(event) => {
        setText(event.target.value);
        onChange(splitLines(event.target.value));
      }}
    />
  );
}

function parentSchema(editor: Editor, at: number, path: Path): Schema {
  const kind = editor.documents[at]?.kind;
  const root = editor.schemas[kind === 'Webhook' ? 'Webhook' : 'Source'];
  return path.reduce<Schema>((schema, name) => schema.properties?.[name] ?? {}, root);
}

/** An object inside: open where something has to be said, behind its name otherwise. */
function Group({ editor, document, at, field, existing }: FieldProps) {
  const value = valueAt(document.spec, field.path);
  const place = placeOf(at, ['spec', ...field.path]);
  const error = editor.shown(place) ?? (value === undefined ? undefined : editor.errors[place]);
  const label = labelOf(field.name);
  const body = (
    <div className="flex flex-col gap-4">
      {error && (
        <p role="alert" className="text-xs text-red">
          {error}
        </p>
      )}
      {fieldsOf(field.schema, value, field.path).map((inner) => (
        <FieldView key={inner.path.join('.')} editor={editor} document={document} at={at} field={inner} existing={existing} />
      ))}
    </div>
  );
  if (field.required || isUnionMember(field)) {
    return (
      <fieldset className="flex min-w-0 flex-col">
        <legend className="font-semibold">{label}</legend>
        {field.schema.description && <p className="mb-3 text-xs text-faint">{field.schema.description}</p>}
        {body}
      </fieldset>
    );
  }
  return (
    <details open={value !== undefined || undefined} className="rounded-lg border">
      <summary className="flex min-h-10 cursor-default items-center gap-2 px-3 md:min-h-8">
        <span className="font-medium">{label}</span>
        <span className="min-w-0 flex-1 truncate text-xs text-faint">{field.schema.description}</span>
      </summary>
      <div className="border-t px-3 py-3">{body}</div>
    </details>
  );
}

const members = new Set(['telegram', 'slack', 'email', 'hmac', 'token']);
const isUnionMember = ({ name }: FormField) => members.has(name);
