/** The filter by clicking: a field, then its values. It writes the same text as typing does. */
import { ListFilter } from 'lucide-react';

import { t } from '@/shared/i18n/translate';
import { Chip } from '@/shared/tasks/pickers';
import { Menu, MenuMore, MenuToggle } from '@/shared/ui/menu';

import { fieldName, single, type FieldValues } from './field-values';
import { fields, toggled, valuesOf, withValues } from './filter-text';

type Props = {
  filter: string;
  known: FieldValues;
  onChange: (filter: string) => void;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
};

export function FilterMenu({ filter, known, onChange, open, onOpenChange }: Props) {
  return (
    <Menu
      align="end"
      open={open}
      onOpenChange={onOpenChange}
      trigger={
        <Chip aria-label={t('filter.add')} className="shrink-0">
          <ListFilter aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
          <span className="max-md:sr-only">{t('filter.add')}</span>
        </Chip>
      }
    >
      {fields
        .filter((field) => (known[field] ?? []).length > 0)
        .map((field) => {
          const chosen = valuesOf(filter, field);
          const toggle = (value: string) =>
            onChange(single.has(field) ? withValues(filter, field, chosen.includes(value) ? [] : [value]) : toggled(filter, field, value));
          return (
            <MenuMore key={field} label={fieldName(field)}>
              {(known[field] ?? []).map(({ value, label, icon }) => (
                <MenuToggle
                  key={value}
                  checked={chosen.includes(value)}
                  label={label}
                  icon={icon}
                  onToggle={() => toggle(value)}
                />
              ))}
            </MenuMore>
          );
        })}
    </Menu>
  );
}
