import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarDays, Columns3, Table2 } from 'lucide-react';

import { viewsQuery } from '@/shared/api/views';
import { t } from '@/shared/i18n/translate';
import { layoutPath, searchOf } from '@/shared/views/view-address';

const icons = { table: Table2, board: Columns3, calendar: CalendarDays };

/** Saved views, one's own and shared ones; nothing while there is none. */
export function SidebarViews() {
  const views = useQuery(viewsQuery).data ?? [];
  if (views.length === 0) return null;
  return (
    <nav aria-label={t('views.title')} className="mt-4 flex min-h-0 flex-col gap-px overflow-y-auto">
      <h2 className="px-2 pb-1 text-xs font-medium text-faint">{t('views.title')}</h2>
      {views.map((view) => {
        const Icon = icons[view.layout];
        return (
          <Link
            key={view.id}
            to={layoutPath[view.layout]}
            search={searchOf(view)}
            activeOptions={{ exact: true }}
            className="flex h-7.5 shrink-0 items-center gap-2.5 rounded-md px-2 text-muted transition-colors duration-100 hoverable:bg-pressed/60 hoverable:text-ink aria-[current=page]:bg-pressed aria-[current=page]:font-medium aria-[current=page]:text-ink"
          >
            <Icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
            <span className="truncate">{view.name}</span>
          </Link>
        );
      })}
    </nav>
  );
}
