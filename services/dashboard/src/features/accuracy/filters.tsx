import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CalendarRange, ListFilter } from 'lucide-react';

import { sourcesQuery } from '@/shared/api/system';
import { plural, t } from '@/shared/i18n/translate';
import { sourceKey, SourceIcon } from '@/shared/sources/source-label';
import { Chip } from '@/shared/tasks/pickers';
import { Menu, MenuChoices } from '@/shared/ui/menu';

import { DEFAULT_PERIOD, periodOf, periods, type AccuracySearch } from './accuracy-search';

const ANY = 'any';
const icon = { 'aria-hidden': true, className: 'size-4 shrink-0', strokeWidth: 1.75 } as const;

export function Filters({ search }: { search: AccuracySearch }) {
  const navigate = useNavigate({ from: '/accuracy' });
  const sources = useQuery(sourcesQuery);
  const filter = (change: AccuracySearch) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const period = periodOf(search);
  const source = search.source ?? t('messages.anySource');
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Chip aria-label={`${t('property.source')}: ${source}`} faint={!search.source}>
            <ListFilter {...icon} />
            <span className="max-w-28 truncate">{source}</span>
          </Chip>
        }
      >
        <MenuChoices
          value={search.source ?? ANY}
          onChoose={(chosen) => filter({ source: chosen === ANY ? undefined : chosen })}
          options={[
            { value: ANY, label: t('messages.anySource') },
            ...(sources.data ?? []).map((item) => ({
              value: sourceKey(item),
              label: sourceKey(item),
              icon: <SourceIcon kind={item.kind} className="size-4 text-muted" />,
            })),
          ]}
        />
      </Menu>
      <Menu
        align="end"
        trigger={
          <Chip aria-label={`${t('accuracy.period')}: ${plural('accuracy.days', period)}`}>
            <CalendarRange {...icon} />
            <span className="whitespace-nowrap">{plural('accuracy.days', period)}</span>
          </Chip>
        }
      >
        <MenuChoices
          value={String(period)}
          onChoose={(days) => filter({ days: days === String(DEFAULT_PERIOD) ? undefined : days })}
          options={periods.map((days) => ({ value: String(days), label: plural('accuracy.lastDays', days) }))}
        />
      </Menu>
    </>
  );
}
