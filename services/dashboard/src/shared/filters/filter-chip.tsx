import { X } from 'lucide-react';

import { t } from '@/shared/i18n/translate';
import { Menu, MenuToggle } from '@/shared/ui/menu';

import { wordsOf, type FieldValues } from './field-values';
import type { Asking } from './filter-text';

type Props = {
  asking: Asking;
  known: FieldValues;
  /** A click puts a value in or takes it out. */
  onToggle: (value: string) => void;
  /** Becomes text again, for what no menu can say. */
  onEdit: () => void;
  onRemove: () => void;
};

const part = 'flex h-full items-center hoverable:bg-pressed/70 inset-focus';

/** One term of a filter: its name, its values, and a way to be rid of it. */
export function FilterChip({ asking, known, onToggle, onEdit, onRemove }: Props) {
  const { name, said } = wordsOf(asking, known);
  const options = known[asking.field] ?? [];
  const plain = asking.comparison === '' && !asking.negated && options.length > 0;
  const face = (
    <button type="button" className={`${part} min-w-0 gap-1 rounded-l-md pr-1 pl-2`} onClick={plain ? undefined : onEdit}>
      <span className="text-muted">{name}</span>
      <span className="truncate font-medium">{said}</span>
    </button>
  );
  return (
    <span className="inline-flex h-8 max-w-full min-w-0 shrink-0 items-center rounded-md bg-accent-soft text-ink md:h-6">
      {plain ? (
        <Menu trigger={face}>
          {options.map(({ value, label, icon }) => (
            <MenuToggle
              key={value}
              checked={asking.values.includes(value)}
              label={label}
              icon={icon}
              onToggle={() => onToggle(value)}
            />
          ))}
        </Menu>
      ) : (
        face
      )}
      <button
        type="button"
        aria-label={t('filter.remove', { filter: `${name} ${said}` })}
        onClick={onRemove}
        className={`${part} justify-center rounded-r-md px-1.5 text-muted`}
      >
        <X aria-hidden="true" className="size-4 md:size-3.5" strokeWidth={1.75} />
      </button>
    </span>
  );
}
