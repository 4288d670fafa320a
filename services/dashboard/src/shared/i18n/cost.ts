import { locale } from './translate';

const MICROS = 1_000_000;
const SMALLEST_DIGITS = 6;

/** Millionths of a US dollar as money; what is below a cent keeps its first two digits. */
export function costOf(micros: number): string {
  const dollars = micros / MICROS;
  const digits = dollars >= 0.01 ? 2 : Math.min(SMALLEST_DIGITS, 1 - Math.floor(Math.log10(dollars)));
  return new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', minimumFractionDigits: 2, maximumFractionDigits: digits }).format(dollars);
}
