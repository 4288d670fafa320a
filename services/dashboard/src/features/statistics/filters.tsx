import { useNavigate } from '@tanstack/react-router';

import { plural, t } from '@/shared/i18n/translate';
import { Input } from '@/shared/ui/field';

import { chosenDays, DEFAULT_DAYS, periodOf, spans, todayUtc, withDay, type StatisticsSearch } from './statistics-search';

/** A few days up to today, or any days of the past year and before. */
export function Filters({ search }: { search: StatisticsSearch }) {
  const navigate = useNavigate({ from: '/statistics' });
  const go = (next: StatisticsSearch) => void navigate({ search: next, replace: true });
  const chosen = chosenDays(search);
  const period = periodOf(search);
  const day = (end: 'from' | 'to') => (
    <Input
      type="date"
      aria-label={t(`statistics.${end}`)}
      value={period[end]}
      max={todayUtc()}
      required
      onChange={({ target }) => target.validity.valid && go(withDay(period, { [end]: target.value }))}
      className="nums min-w-0 flex-1 md:w-36 md:flex-none"
    />
  );
  return (
    <div className="flex flex-wrap items-center gap-2 border-b px-3 py-2 md:px-4">
      <div role="group" aria-label={t('statistics.period')} className="flex gap-0.5">
        {spans.map((days) => (
          <button
            key={days}
            type="button"
            aria-pressed={chosen === days}
            onClick={() => go({ days: days === DEFAULT_DAYS ? undefined : String(days) })}
            className="h-9 rounded-md px-2.5 whitespace-nowrap text-muted hoverable:bg-hover aria-pressed:bg-pressed aria-pressed:font-medium aria-pressed:text-ink md:h-7"
          >
            {days === 365 ? t('statistics.year') : plural('accuracy.days', days)}
          </button>
        ))}
      </div>
      <div className="flex w-full min-w-0 items-center gap-1.5 md:w-auto">
        {day('from')}
        <span aria-hidden="true" className="text-faint">
          –
        </span>
        {day('to')}
      </div>
    </div>
  );
}
