/** What is offered while somebody types a filter: fields by their beginning, then the values of the field. */
import type { FieldValues } from './field-values';
import { fields, type Field } from './filter-text';

export type Suggestion = { text: string; label: string; field: Field; whole: boolean };

const MOST = 8;
const quote = (value: string) => (/[\s,"]/.test(value) ? `"${value}"` : value);

/** The piece that is being typed: what follows the last space that stands in no quotes. */
export function lastPiece(text: string): string {
  return /(?:"[^"]*"?|[^\s"])*$/.exec(text)?.[0] ?? '';
}

/** Gives what the whole text would be with each suggestion. */
export function suggest(text: string, known: FieldValues, nameOf: (field: Field) => string): Suggestion[] {
  const piece = lastPiece(text);
  const before = text.slice(0, text.length - piece.length);
  const term = /^(-?)([a-z]+):((?:.*,)?)([^,]*)$/i.exec(piece);
  if (term) {
    const [, minus = '', name = '', chosen = '', begun = ''] = term;
    const field = fields.find((item) => item === name.toLowerCase());
    const wanted = begun.replace(/^(>=|<=|>|<)?"?/, '').toLowerCase();
    const comparison = /^(>=|<=|>|<)?/.exec(begun)?.[0] ?? '';
    if (!field) return [];
    return (known[field] ?? [])
      .filter(({ value, label }) => value.toLowerCase().startsWith(wanted) || label.toLowerCase().includes(wanted))
      .slice(0, MOST)
      .map(({ value, label }) => ({
        text: `${before}${minus}${field}:${chosen}${comparison}${quote(value)} `,
        label,
        field,
        whole: true,
      }));
  }
  const begun = /^(-?)([a-z]+)$/i.exec(piece);
  if (!begun) return [];
  const [, minus = '', name = ''] = begun;
  return fields
    .filter((field) => field.startsWith(name.toLowerCase()) || nameOf(field).toLowerCase().startsWith(name.toLowerCase()))
    .slice(0, MOST)
    .map((field) => ({ text: `${before}${minus}${field}:`, label: nameOf(field), field, whole: false }));
}
