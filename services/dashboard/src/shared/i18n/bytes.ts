import { locale } from './translate';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
const STEP = 1000;

/** "1.2 MB"; empty where the size is not known. */
export function formatBytes(bytes: number): string {
  if (bytes <= 0) return '';
  const at = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit: units[at], unitDisplay: 'short', maximumFractionDigits: 1 });
  return format.format(bytes / STEP ** at);
}
