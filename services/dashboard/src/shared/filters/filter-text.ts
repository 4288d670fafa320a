/**
 * The language that lists of tasks are narrowed in: `status:open priority:>=high -label:spam due:<7d export button`.
 *
 * What is no `field:value` is words to search for. The API reads the same language, and `tests/api/filter_cases.json`
 * holds both readers to it; what the API would refuse stays among the words here, marked, until it is mended.
 */
export const fields = [
  'status', 'priority', 'category', 'assignee', 'source', 'label', 'due', 'created', 'updated', 'decided', 'replied', 'closed', 'confidence', 'is',
] as const;
export type Field = (typeof fields)[number];
export type Comparison = '' | '<' | '<=' | '>' | '>=';

/** One `field:value` as it was written. */
export type Asking = { field: Field; comparison: Comparison; values: string[]; negated: boolean };

export type FilterText = {
  askings: Asking[];
  /** What is searched for. */
  words: string;
  /** Whether there is something that the API would refuse: an unknown field, or a field without a value. */
  refused: boolean;
};

const PIECE = /(?:"[^"]*"?|[^\s"])+/g;
const TERM = /^(-?)([a-z_]+):(?!\/\/)([^]*)$/i;
const COMPARED = /^(>=|<=|>|<|)([^]*)$/;
const VALUE = /"([^"]*)"?|([^,"]+)/g;

const isField = (name: string): name is Field => (fields as readonly string[]).includes(name);

function readAsking(piece: string): Asking | null | undefined {
  const term = TERM.exec(piece);
  if (!term) return undefined;
  const [, minus = '', name = '', given = ''] = term;
  const field = name.toLowerCase();
  const [, comparison = '', listed = ''] = COMPARED.exec(given) ?? [];
  const values = [...listed.matchAll(VALUE)].map(([, quoted, bare]) => (quoted || bare || '').trim()).filter(Boolean);
  if (!isField(field) || values.length === 0) return null;
  return { field, comparison: comparison as Comparison, values, negated: minus === '-' };
}

export function readFilter(text: string): FilterText {
  const askings: Asking[] = [];
  const words: string[] = [];
  let refused = false;
  for (const piece of text.match(PIECE) ?? []) {
    const asking = readAsking(piece);
    if (asking) askings.push(asking);
    else {
      words.push(piece);
      refused ||= asking === null;
    }
  }
  return { askings, words: words.join(' '), refused };
}

// What begins with // would be read as an address, which is words.
const writeValue = (value: string) => (/[\s,"]|^\/\//.test(value) ? `"${value.replaceAll('"', '')}"` : value);

export const writeAsking = ({ field, comparison, values, negated }: Asking) =>
  `${negated ? '-' : ''}${field}:${comparison}${values.map(writeValue).join(',')}`;

export const writeFilter = ({ askings, words }: Pick<FilterText, 'askings' | 'words'>) =>
  [...askings.map(writeAsking), words.trim()].filter(Boolean).join(' ');

const isPlain = (asking: Asking, field: Field) => asking.field === field && asking.comparison === '' && !asking.negated;

/** The values that a field is narrowed to by plain terms; empty for any. */
export const valuesOf = (text: string, field: Field): string[] =>
  readFilter(text).askings.filter((asking) => isPlain(asking, field)).flatMap((asking) => asking.values);

/** The filter with a field narrowed to exactly these values; none takes the field out. Other ways to ask about it go too. */
export function withValues(text: string, field: Field, values: readonly string[]): string {
  const { askings, words } = readFilter(text);
  const at = askings.findIndex((asking) => asking.field === field && !asking.negated);
  const rest = askings.filter((asking) => asking.field !== field || asking.negated);
  const asking: Asking = { field, comparison: '', values: [...values], negated: false };
  const next = values.length === 0 ? rest : rest.toSpliced(at === -1 ? rest.length : Math.min(at, rest.length), 0, asking);
  return writeFilter({ askings: next, words });
}

/** The filter with one value of a field put in or taken out, as a click does it. */
export function toggled(text: string, field: Field, value: string): string {
  const chosen = valuesOf(text, field);
  return withValues(text, field, chosen.includes(value) ? chosen.filter((item) => item !== value) : [...chosen, value]);
}

export function without(text: string, index: number): string {
  const { askings, words } = readFilter(text);
  return writeFilter({ askings: askings.toSpliced(index, 1), words });
}
