/** Looks texts up by typed key. A second language is a second catalogue with the same keys. */
import { en } from './en';

export type MessageKey = keyof typeof en;
export type Catalogue = Record<MessageKey, string>;
type Values = Record<string, string | number>;
type PluralKey = { [Key in MessageKey]: Key extends `${infer Base}.other` ? Base : never }[MessageKey];

const catalogue: Catalogue = en;
export const locale = 'en-GB';
const plurals = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);

const fill = (text: string, values: Values) =>
  text.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name];
    return value === undefined ? hole : String(value);
  });

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
