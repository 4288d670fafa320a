/** How long something took, in the unit that people would say it in. */
import { locale } from './translate';

const UNITS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
  { unit: 'millisecond', seconds: 0.001 },
] as const;

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(unit: string): Intl.NumberFormat {
  const made = formats.get(unit) ?? new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumSignificantDigits: 2 });
  formats.set(unit, made);
  return made;
}

/** "350 ms", "12 sec", "1.5 hrs", "3 days": two digits are as exact as such a figure is. */
export function formatDuration(seconds: number): string {
  const { unit, seconds: length } = UNITS.find((each) => seconds >= each.seconds) ?? { unit: 'millisecond', seconds: 0.001 };
  return formatOf(unit).format(seconds / length);
}
