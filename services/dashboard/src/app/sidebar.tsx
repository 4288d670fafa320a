/** The way around on a desk: places, how the ledger stands, and who is signed in. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleHelp, Search, SquarePen } from 'lucide-react';

import { meQuery } from '@/shared/api/system';
import { taskCountsQuery } from '@/shared/api/tasks';
import { formatNumber, t } from '@/shared/i18n/translate';
import { IconButton } from '@/shared/ui/icon-button';
import { Kbd } from '@/shared/ui/kbd';

import { AccountMenu } from './account-menu';
import { BalanceLine } from './balance-line';
import { CREATE_KEY, places, type Place } from './navigation';
import { SidebarViews } from './sidebar-views';

function PlaceLink({ place, count }: { place: Place; count: number | undefined }) {
  const Icon = place.icon;
  return (
    <Link
      to={place.to}
      search={place.search ?? {}}
      activeOptions={{ includeSearch: false }}
      className="flex h-7.5 items-center gap-2.5 rounded-md px-2 text-muted transition-colors duration-100 hoverable:bg-pressed/60 hoverable:text-ink aria-[current=page]:bg-pressed aria-[current=page]:font-medium aria-[current=page]:text-ink"
    >
      <Icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
      {t(place.label)}
      {count !== undefined && count > 0 && <span className="nums ml-auto text-xs text-muted">{formatNumber(count)}</span>}
    </Link>
  );
}

type Props = { onSearch: () => void; onCreate: () => void; onHelp: () => void };

export function Sidebar({ onSearch, onCreate, onHelp }: Props) {
  const me = useQuery(meQuery);
  const counts = useQuery(taskCountsQuery);
  return (
    <aside className="hidden w-56 shrink-0 flex-col px-3 py-3 md:flex">
      <div className="mb-3 flex h-8 items-center gap-2 px-2">
        <img src="/icon.svg" alt="" className="size-5" />
        <span className="min-w-0 flex-1 truncate font-semibold">{me.data?.workspace.name}</span>
        <IconButton icon={SquarePen} label={t('create.title')} keys={CREATE_KEY} onClick={onCreate} className="-mr-1" />
      </div>
      <button
        type="button"
        onClick={onSearch}
        className="mb-3 flex h-8 items-center gap-2.5 rounded-md border border-line-strong/70 bg-surface px-2 text-faint shadow-card transition-colors duration-100 hoverable:text-ink"
      >
        <Search aria-hidden="true" className="size-4" strokeWidth={1.75} />
        {t('palette.open')}
        <Kbd keys="mod+k" className="ml-auto" />
      </button>
      <nav aria-label={t('navigation')} className="flex flex-col gap-px">
        {places.map((place) => (
          <PlaceLink key={place.to} place={place} count={place.to === '/inbox' ? counts.data?.triage : undefined} />
        ))}
      </nav>
      <SidebarViews />
      <div className="mt-auto flex flex-col gap-2 pt-3">
        <BalanceLine />
        <div className="flex items-center gap-1">
          <AccountMenu />
          <IconButton icon={CircleHelp} label={t('shortcuts.title')} keys="?" onClick={onHelp} />
        </div>
      </div>
    </aside>
  );
}
