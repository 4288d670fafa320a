/** Period and Source live in the address, so that a view can be linked and gone back to. */
export const periods = [7, 30, 90, 365] as const;
export type Period = (typeof periods)[number];
export const DEFAULT_PERIOD: Period = 30;

export type AccuracySearch = { days?: string; source?: string };

export function parseAccuracySearch(search: Record<string, unknown>): AccuracySearch {
  const known = periods.map(String).find((days) => days === String(search.days) && days !== String(DEFAULT_PERIOD));
  return {
    days: known,
    source: typeof search.source === 'string' && search.source !== '' ? search.source : undefined,
  };
}

export const periodOf = (search: AccuracySearch): Period =>
  periods.find((days) => String(days) === search.days) ?? DEFAULT_PERIOD;
