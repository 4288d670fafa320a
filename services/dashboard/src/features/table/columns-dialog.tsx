import { ArrowLeft, ArrowRight } from 'lucide-react';

import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { IconButton } from '@/shared/ui/icon-button';

import { columnIds, firstColumns, kinds, movedColumn, toggledColumn, type Column } from './columns';

type Props = { columns: readonly Column[]; onChange: (columns: readonly Column[]) => void; onClose: () => void };

/** Which columns are shown, and their order; those that are not shown stand at the end. */
export function ColumnsDialog({ columns, onChange, onClose }: Props) {
  const shown = columns.map(({ id }) => id);
  const hidden = columnIds.filter((id) => !shown.includes(id));
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('table.columns')}
      description={t('table.columns.description')}
      footer={<Button onClick={() => onChange(firstColumns)}>{t('table.columns.reset')}</Button>}
    >
      <ul>
        {[...shown, ...hidden].map((id) => {
          const name = t(kinds[id].label);
          const on = shown.includes(id);
          return (
            <li key={id} className="flex h-11 items-center gap-1 md:h-9">
              <label className="flex h-full min-w-0 flex-1 items-center gap-2.5">
                <input
                  type="checkbox"
                  checked={on}
                  disabled={id === 'title'}
                  onChange={() => onChange(toggledColumn(columns, id))}
                  className="size-4 accent-(--accent)"
                />
                <span className="truncate">{name}</span>
              </label>
              {on && (
                <>
                  <IconButton
                    icon={ArrowLeft}
                    label={t('table.columns.before', { column: name })}
                    disabled={shown[0] === id}
                    onClick={() => onChange(movedColumn(columns, id, -1))}
                  />
                  <IconButton
                    icon={ArrowRight}
                    label={t('table.columns.after', { column: name })}
                    disabled={shown.at(-1) === id}
                    onClick={() => onChange(movedColumn(columns, id, 1))}
                  />
                </>
              )}
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
