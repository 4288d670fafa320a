/** Looks texts up by typed key, in the language that the page has for its life. Every catalogue has the keys of the English one. */
import { en } from './en';
import { language, locales } from './language';

export type MessageKey = keyof typeof en;
export type Catalogue = Record<MessageKey, string>;
type Values = Record<string, string | number>;
type PluralKey = { [Key in MessageKey]: Key extends `${infer Base}.other` ? Base : never }[MessageKey];

let catalogue: Catalogue = en;
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
  if (language === 'de') catalogue = await import('./de').then(({ de }) => de, () => en);
  document.documentElement.lang = catalogue === en ? 'en' : language;
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
