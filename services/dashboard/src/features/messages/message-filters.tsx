import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CalendarRange, ListFilter, Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';

import { ledgerQuery, sourcesQuery } from '@/shared/api/system';
import { formatDueDay } from '@/shared/i18n/dates';
import { formatNumber, t } from '@/shared/i18n/translate';
import { StateIcon } from '@/shared/messages/state';
import { sourceKey, SourceIcon } from '@/shared/sources/source-label';
import { Chip } from '@/shared/tasks/pickers';
import { cn } from '@/shared/ui/cn';
import { Menu, MenuChoices } from '@/shared/ui/menu';

import { messageStates, type MessageSearch } from './message-search';

const TYPING_MS = 200;
const ANY = 'any';
const countOf = { task: 'tasks', ignored: 'ignored', waiting: 'waiting', dead: 'dead' } as const;

function useFilter() {
  const navigate = useNavigate({ from: '/messages' });
  return (change: Partial<MessageSearch>) =>
    void navigate({ search: (before) => ({ ...before, message: undefined, ...change }), replace: true });
}

/** The ledger as tabs: all of them add up to the first. `narrow` leaves the words to the chosen tab. */
export function StateTabs({ search, narrow }: { search: MessageSearch; narrow: boolean }) {
  const filter = useFilter();
  const ledger = useQuery(ledgerQuery);
  const balance = search.source ? ledger.data?.sources.find(({ source }) => source === search.source) : ledger.data;
  const tab = (state: MessageSearch['state'], label: string, count: number | undefined) => (
    <button
      key={label}
      type="button"
      aria-pressed={search.state === state}
      onClick={() => filter({ state })}
      className={cn(
        'inline-flex h-9 shrink-0 items-center gap-1.5 rounded-md px-2.5 text-muted transition-colors duration-100 md:h-7',
        'hoverable:bg-hover aria-pressed:bg-pressed aria-pressed:font-medium aria-pressed:text-ink',
      )}
    >
      {state && <StateIcon value={state} decorative className="size-3.5" />}
      <span className={cn(narrow && state && search.state !== state && 'sr-only')}>{label}</span>
      {count !== undefined && <span className="nums text-xs font-normal text-faint">{formatNumber(count)}</span>}
    </button>
  );
  return (
    <div role="group" aria-label={t('messages.byState')} className="flex items-center gap-0.5 overflow-x-auto p-0.5">
      {tab(undefined, t('messages.all'), balance?.received)}
      {messageStates.map((state) => tab(state, t(`state.${state}`), balance?.[countOf[state]]))}
    </div>
  );
}

export function SourceFilter({ search }: { search: MessageSearch }) {
  const filter = useFilter();
  const sources = useQuery(sourcesQuery);
  const label = search.source ?? t('messages.anySource');
  return (
    <Menu
      align="end"
      trigger={
        <Chip aria-label={`${t('property.source')}: ${label}`} faint={!search.source}>
          <ListFilter aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
          <span className="max-w-32 truncate">{label}</span>
        </Chip>
      }
    >
      <MenuChoices
        value={search.source ?? ANY}
        onChoose={(source) => filter({ source: source === ANY ? undefined : source })}
        options={[
          { value: ANY, label: t('messages.anySource') },
          ...(sources.data ?? []).map((source) => ({
            value: sourceKey(source),
            label: sourceKey(source),
            icon: <SourceIcon kind={source.kind} className="size-4 text-muted" />,
          })),
        ]}
      />
    </Menu>
  );
}

/** Days that somebody came here with, from a figure; a click shows all again. */
export function DaysFilter({ search: { from, to } }: { search: MessageSearch }) {
  const filter = useFilter();
  if (!from && !to) return null;
  const said = [from, to].flatMap((day) => (day ? [formatDueDay(day)] : [])).join(' – ');
  return (
    <Chip aria-label={t('filter.remove', { filter: said })} onClick={() => filter({ from: undefined, to: undefined })}>
      <CalendarRange aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
      <span className="whitespace-nowrap">{from === to ? formatDueDay(from ?? '') : said}</span>
      <X aria-hidden="true" className="size-3.5 shrink-0" strokeWidth={1.75} />
    </Chip>
  );
}

export function MessageSearchBox({ search }: { search: MessageSearch }) {
  const filter = useFilter();
  const [text, setText] = useState(search.q ?? '');
  useEffect(() => {
    if (text === (search.q ?? '')) return;
    // What was opened before the typing settled stays open.
    const timer = setTimeout(() => filter({ q: text || undefined, message: search.message }), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <label className="relative flex min-w-0 flex-1 items-center md:w-56 md:flex-none">
      <Search aria-hidden="true" className="pointer-events-none absolute left-2.5 size-4 text-faint" strokeWidth={1.75} />
      <input
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label={t('messages.search')}
        placeholder={t('messages.search')}
        data-search
        className="h-9 w-full rounded-md border border-line-strong/80 bg-surface pr-2 pl-8 focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 md:h-7"
      />
    </label>
  );
}
