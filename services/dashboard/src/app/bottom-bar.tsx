/** The way around on a phone. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Ellipsis, LogOut, Search, SquarePen } from 'lucide-react';

import { taskCountsQuery } from '@/shared/api/tasks';
import { plural, t } from '@/shared/i18n/translate';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/shared/ui/menu';

import { useSignOut } from './account-menu';
import { LanguageChoices } from './language-choices';
import { IN_BAR, places } from './navigation';
import { ThemeChoices } from './theme-choices';

const cell =
  'relative flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-[11px] text-muted inset-focus aria-[current=page]:text-accent-ink aria-[current=page]:font-medium data-[state=open]:text-ink';
const icon = { 'aria-hidden': true, className: 'size-5.5', strokeWidth: 1.75 } as const;

export function BottomBar({ onSearch, onCreate }: { onSearch: () => void; onCreate: () => void }) {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const counts = useQuery(taskCountsQuery);
  const waiting = counts.data?.triage ?? 0;
  return (
    <nav aria-label={t('navigation')} className="flex shrink-0 border-t bg-chrome safe-bottom md:hidden">
      {places.slice(0, IN_BAR).map(({ to, search, label, icon: Icon }) => (
        <Link key={to} to={to} search={search ?? {}} activeOptions={{ includeSearch: false }} className={cell}>
          <Icon {...icon} />
          {t(label)}
          {to === '/inbox' && waiting > 0 && (
            <span className="nums absolute top-1 left-1/2 ml-1.5 min-w-4.5 rounded-full bg-accent px-1 text-center text-[10px] leading-[18px] font-semibold text-on-accent">
              <span aria-hidden="true">{waiting > 99 ? '99+' : waiting}</span>
              <span className="sr-only">{plural('inbox.waiting', waiting)}</span>
            </span>
          )}
        </Link>
      ))}
      <Menu
        align="end"
        trigger={
          <button type="button" className={cell}>
            <Ellipsis {...icon} />
            {t('more')}
          </button>
        }
      >
        <MenuItem icon={<SquarePen aria-hidden="true" strokeWidth={1.75} />} onSelect={onCreate}>
          {t('create.title')}
        </MenuItem>
        <MenuItem icon={<Search aria-hidden="true" strokeWidth={1.75} />} onSelect={onSearch}>
          {t('palette.title')}
        </MenuItem>
        {places.slice(IN_BAR).map(({ to, search, label, icon: Icon }) => (
          <MenuItem key={to} icon={<Icon aria-hidden="true" strokeWidth={1.75} />} onSelect={() => void navigate({ to, search: search ?? {} })}>
            {t(label)}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuLabel>{t('theme.title')}</MenuLabel>
        <ThemeChoices />
        <MenuSeparator />
        <MenuLabel>{t('language.title')}</MenuLabel>
        <LanguageChoices />
        <MenuSeparator />
        <MenuItem icon={<LogOut aria-hidden="true" strokeWidth={1.75} />} onSelect={signOut}>
          {t('signOut')}
        </MenuItem>
      </Menu>
    </nav>
  );
}
