/** The saved views of a list: go to one, save this one, change or delete it. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Bookmark, BookmarkPlus, Check, Pencil, Save, Trash2, type LucideIcon } from 'lucide-react';
import { useState } from 'react';

import { meQuery } from '@/shared/api/system';
import type { SavedView, ViewLayout } from '@/shared/api/types';
import { viewsQuery } from '@/shared/api/views';
import type { ListSearch } from '@/shared/filters/list-search';
import { t } from '@/shared/i18n/translate';
import { Chip } from '@/shared/tasks/pickers';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/shared/ui/menu';

import { useViews } from './use-views';
import { draftOf, isChanged, layoutPath, searchOf } from './view-address';
import { ViewDialog } from './view-dialog';

const sign = (Icon: LucideIcon) => <Icon aria-hidden="true" strokeWidth={1.75} />;

type Props = { layout: ViewLayout; search: ListSearch };

export function ViewsMenu({ layout, search }: Props) {
  const me = useQuery(meQuery).data;
  const views = useQuery(viewsQuery).data ?? [];
  const { save, change, remove } = useViews();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'new' | SavedView | null>(null);
  const current = views.find(({ id }) => id === search.view);
  const own = current !== undefined && (current.owner.id === me?.member.id || me?.member.role === 'admin');
  const go = (view: SavedView) => void navigate({ to: layoutPath[view.layout], search: searchOf(view) });
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Chip aria-label={current ? `${t('views.title')}: ${current.name}` : t('views.title')} className="max-w-44">
            <Bookmark aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
            <span className="truncate max-md:max-w-20">{current?.name ?? t('views.title')}</span>
          </Chip>
        }
      >
        {views.length === 0 && <MenuLabel>{t('views.none')}</MenuLabel>}
        {views.map((view) => (
          <MenuItem key={view.id} icon={sign(view.id === current?.id ? Check : Bookmark)} onSelect={() => go(view)}>
            {view.name}
            {view.shared && <span className="ml-2 text-xs text-faint">{t('views.shared.mark')}</span>}
          </MenuItem>
        ))}
        <MenuSeparator />
        {current && own && isChanged(current, layout, search) && (
          <MenuItem icon={sign(Save)} onSelect={() => change(current, draftOf(layout, search))}>
            {t('views.update', { name: current.name })}
          </MenuItem>
        )}
        <MenuItem icon={sign(BookmarkPlus)} onSelect={() => setDialog('new')}>
          {t('views.save')}
        </MenuItem>
        {current && own && (
          <>
            <MenuItem icon={sign(Pencil)} onSelect={() => setDialog(current)}>
              {t('views.edit')}
            </MenuItem>
            <MenuItem icon={sign(Trash2)} onSelect={() => remove(current)}>
              {t('views.delete', { name: current.name })}
            </MenuItem>
          </>
        )}
      </Menu>
      {dialog !== null && (
        <ViewDialog
          title={t(dialog === 'new' ? 'views.save.title' : 'views.edit.title')}
          initial={dialog === 'new' ? { name: '', shared: false } : dialog}
          fixedShared={dialog !== 'new' && dialog.owner.id !== me?.member.id}
          onClose={() => setDialog(null)}
          onSave={(said) => {
            if (dialog === 'new') save({ ...said, ...draftOf(layout, search) }, go);
            else change(dialog, dialog.shared === said.shared ? { name: said.name } : said);
            setDialog(null);
          }}
        />
      )}
    </>
  );
}
