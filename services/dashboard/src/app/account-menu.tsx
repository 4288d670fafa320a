import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, LogOut } from 'lucide-react';

import { logout, meQuery } from '@/shared/api/system';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { Avatar } from '@/shared/ui/avatar';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/shared/ui/menu';
import { dismissAllToasts, toast } from '@/shared/ui/toast-store';
import { forgetUndo } from '@/shared/undo/undo-store';

import { LanguageChoices } from './language-choices';
import { ThemeChoices } from './theme-choices';

/** Ends the session and forgets everything that it had loaded. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return () => {
    logout().then(
      async () => {
        await navigate({ to: '/login', search: {} });
        client.clear();
        dismissAllToasts();
        forgetUndo();
      },
      (error: unknown) => toast({ tone: 'problem', title: t('signOut.failed'), detail: explain(error) }),
    );
  };
}

export function AccountMenu() {
  const me = useQuery(meQuery);
  const signOut = useSignOut();
  const name = me.data?.member.name ?? '';
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex h-8 min-w-0 flex-1 items-center gap-2.5 rounded-md px-2 text-left transition-colors duration-100 hoverable:bg-pressed/60 data-[state=open]:bg-pressed"
        >
          <Avatar name={name} />
          <span className="min-w-0 flex-1 truncate">{name}</span>
          <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
        </button>
      }
    >
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
  );
}
