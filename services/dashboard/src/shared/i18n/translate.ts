/** Looks texts up by typed key, in the language that the page has for its life. Every catalogue has the keys of the English one. */
import { en } from './en';
import { language, locales } from './language';

export type MessageKey = keyof typeof en;
export type Catalogue = Record<MessageKey, string>;
type Values = Record<string, string | number>;
type PluralKey = { [Key in MessageKey]: Key extends `${infer Base}.other` ? Base : never }[MessageKey];

let catalogue: Catalogue = en;
/** Words for what the API itself says, where the language has them; English needs none. */
let words: {
  labels: Record<string, string>;
  help: Record<string, string>;
  titles: Record<string, string>;
  fieldMessages: readonly (readonly [RegExp, string])[];
} = { labels: {}, help: {}, titles: {}, fieldMessages: [] };
export const locale = locales[language];
const plurals = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);

const fill = (text: string, values: Values) =>
  text.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name];
    return value === undefined ? hole : String(value);
  });

/** Before the first text is shown. A catalogue that cannot be loaded leaves a page in English rather than none. */
export async function loadCatalogue(): Promise<void> {
  if (language === 'de') {
    await Promise.all([import('./de'), import('./de/manifests'), import('./de/problems')]).then(
      ([{ de }, manifests, problems]) => {
        catalogue = de;
        words = { ...manifests, ...problems };
      },
      () => undefined,
    );
  }
  document.documentElement.lang = catalogue === en ? 'en' : language;
}

/** The label of a manifest's field; undefined where the language has no own. */
export const manifestLabel = (name: string) => words.labels[name];

/** What the schema says of a field, in the reader's language if it is known there. */
export const manifestHelp = (english: string | undefined) => (english === undefined ? undefined : (words.help[english] ?? english));

/** The kind of a problem in the reader's language; undefined in English, where the sentence that follows says it all. */
export const problemTitle = (english: string): string | undefined => words.titles[english];

/** What the validator says of a field. */
export function fieldMessage(english: string): string {
  const known = words.fieldMessages.find(([pattern]) => pattern.test(english));
  return known ? english.replace(...known) : english;
}

export const t = (key: MessageKey, values: Values = {}) => fill(catalogue[key], values);

/** The form for `count` (`key.one`, `key.other`, …), which is available as `{count}`. */
export function plural(key: PluralKey, count: number, values: Values = {}): string {
  const form = `${key}.${plurals.select(count)}`;
  const text = form in catalogue ? catalogue[form as MessageKey] : catalogue[`${key}.other` as MessageKey];
  return fill(text, { ...values, count: numbers.format(count) });
}

export const formatNumber = (value: number) => numbers.format(value);

const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });

/** Of a share, 0-1. */
export const formatPercent = (share: number) => percents.format(share);

/** The name of a property inside a sentence: small in English, as it is in languages with capital nouns. */
export const insideSentence = (name: string) => (language === 'en' ? name.toLowerCase() : name);
