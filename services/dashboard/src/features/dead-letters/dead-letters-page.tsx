/** What could not be dealt with: nothing of it is lost, and each has a way out. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { CircleCheck, RotateCcw, Search, SearchX, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';

import { deadLetterListQuery } from '@/shared/api/dead-letters';
import { sourcesQuery } from '@/shared/api/system';
import type { DeadLetter } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { sourceKey, SourceLabel } from '@/shared/sources/source-label';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';
import { Input } from '@/shared/ui/field';
import { useIsPhone } from '@/shared/ui/media';
import { Page } from '@/shared/ui/page';
import { RelativeTime } from '@/shared/ui/relative-time';
import { Select } from '@/shared/ui/select';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/states';

import { DeadLetterDetail } from './dead-letter-detail';
import { deadLetterStates, type DeadLetterSearch } from './dead-letter-search';
import { DiscardDialog } from './discard-dialog';
import { useSettling } from './use-settling';

const TYPING_MS = 200;

function Row({ letter, current }: { letter: DeadLetter; current: boolean }) {
  return (
    <li>
      <Link
        from="/dead-letters"
        to="."
        search={(before) => ({ ...before, letter: letter.id })}
        aria-current={current ? 'true' : undefined}
        className={cn('flex flex-col gap-0.5 border-b px-4 py-2.5 inset-focus md:px-5', current ? 'bg-accent-soft' : 'hoverable:bg-hover')}
      >
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate font-medium">{letter.reason}</span>
          <RelativeTime at={letter.created_at} className="shrink-0 text-xs text-faint" />
        </span>
        <span className="flex items-center gap-2 text-xs text-muted">
          {letter.source && <SourceLabel source={letter.source} className="shrink-0" />}
          <span className="min-w-0 flex-1 truncate">{letter.text || letter.raw.slice(0, 200)}</span>
          {letter.state !== 'open' && <span className="shrink-0">{t(`dead.${letter.state}`)}</span>}
        </span>
      </Link>
    </li>
  );
}

function Filters({ search, onChange }: { search: DeadLetterSearch; onChange: (change: Partial<DeadLetterSearch>) => void }) {
  const sources = useQuery(sourcesQuery);
  const [text, setText] = useState(search.q ?? '');
  useEffect(() => {
    if (text === (search.q ?? '')) return;
    const timer = setTimeout(() => onChange({ q: text || undefined }), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div className="flex flex-wrap items-center gap-2 border-b px-3 py-2 md:px-4">
      <div role="group" aria-label={t('messages.byState')} className="flex gap-0.5">
        {deadLetterStates.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={(search.state ?? 'open') === state}
            onClick={() => onChange({ state: state === 'open' ? undefined : state })}
            className="h-9 rounded-md px-2.5 text-muted hoverable:bg-hover aria-pressed:bg-pressed aria-pressed:font-medium aria-pressed:text-ink md:h-7"
          >
            {t(`dead.${state}`)}
          </button>
        ))}
      </div>
      <Select
        aria-label={t('property.source')}
        value={search.source ?? ''}
        onChange={(event) => onChange({ source: event.target.value || undefined })}
        className="min-w-0 max-md:basis-full md:max-w-44 md:flex-1"
      >
        <option value="">{t('messages.anySource')}</option>
        {(sources.data ?? []).map((source) => (
          <option key={source.id} value={sourceKey(source)}>
            {sourceKey(source)}
          </option>
        ))}
      </Select>
      <span className="relative flex min-w-0 basis-full items-center md:basis-52">
        <Search aria-hidden="true" className="pointer-events-none absolute left-2.5 size-4 text-faint" strokeWidth={1.75} />
        <Input
          type="search"
          data-search
          aria-label={t('dead.search')}
          placeholder={t('dead.search')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="pl-8"
        />
      </span>
    </div>
  );
}

export function DeadLettersPage() {
  const search = useSearch({ from: '/shell/dead-letters' });
  const navigate = useNavigate({ from: '/dead-letters' });
  const phone = useIsPhone();
  const { retryAll, discardAll } = useSettling();
  const [discarding, setDiscarding] = useState(false);
  const { letter, source, q } = search;
  const state = search.state ?? 'open';
  const list = useInfiniteQuery({ ...deadLetterListQuery({ state, source, q }), placeholderData: keepPreviousData });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = source !== undefined || q !== undefined;
  const change = (next: Partial<DeadLetterSearch>) =>
    void navigate({ search: (before) => ({ ...before, letter: undefined, ...next }), replace: true });
  const move = (step: 1 | -1) => {
    const target = items[items.findIndex((item) => item.id === letter) + step];
    if (target) void navigate({ search: (before) => ({ ...before, letter: target.id }), replace: true });
  };
  useShortcuts('dead.title', [
    { keys: 'j', label: 'messages.next', run: () => move(1) },
    { keys: 'k', label: 'messages.previous', run: () => move(-1) },
    { keys: '/', label: 'dead.search', run: () => document.querySelector<HTMLElement>('[data-search]')?.focus() },
    { keys: 'Escape', label: 'close', run: () => change({}), hidden: true },
  ]);
  if (phone && letter) return <DeadLetterDetail key={letter} id={letter} />;
  const bulk = state === 'open' && items.length > 0;
  return (
    <Page
      title={t('dead.title')}
      className="flex min-h-0"
      actions={
        bulk && (
          <>
            <Button tone="quiet" onClick={() => setDiscarding(true)}>
              <Trash2 aria-hidden="true" className="size-4" strokeWidth={1.75} />
              <span className="max-md:sr-only">{t(filtered ? 'dead.discardThese' : 'dead.discardAll')}</span>
            </Button>
            <Button disabled={retryAll.isPending} onClick={() => retryAll.mutate({ source, q })}>
              <RotateCcw aria-hidden="true" className="size-4" strokeWidth={1.75} />
              {t(filtered ? 'dead.retryThese' : 'dead.retryAll')}
            </Button>
          </>
        )
      }
    >
      <div className={cn('flex min-h-0 min-w-0 flex-1 flex-col', letter && 'max-w-md')}>
        <Filters search={search} onChange={change} />
        <div className={cn('min-h-0 flex-1 overflow-y-auto', list.isPlaceholderData && 'opacity-60')} aria-busy={list.isFetching}>
          {list.isPending && <Skeleton className="m-5 h-40 rounded-lg" />}
          {list.isError && items.length === 0 && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
          {list.isSuccess && items.length === 0 && (
            <EmptyState icon={filtered ? SearchX : CircleCheck} title={t(filtered ? 'dead.noMatch' : state === 'open' ? 'dead.empty' : 'dead.noneYet')}>
              {t(filtered ? 'messages.noMatch.detail' : 'dead.empty.detail')}
            </EmptyState>
          )}
          <ul aria-label={t('dead.title')}>
            {items.map((item) => (
              <Row key={item.id} letter={item} current={item.id === letter} />
            ))}
          </ul>
          {list.hasNextPage && (
            <div className="flex justify-center py-4">
              <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t('dead.older')}
              </Button>
            </div>
          )}
        </div>
      </div>
      {letter && <DeadLetterDetail key={letter} id={letter} />}
      {discarding && (
        <DiscardDialog
          title={t(filtered ? 'dead.discardThese' : 'dead.discardAll')}
          onClose={() => setDiscarding(false)}
          onDiscard={(reason) => discardAll.mutate({ selection: { source, q }, reason })}
        />
      )}
    </Page>
  );
}
