import { Plus, X } from 'lucide-react';
import { useState } from 'react';

import { t } from '@/shared/i18n/translate';

type Props = { value: readonly string[]; onChange: (labels: string[]) => void };

/** Labels as small words that can be added and taken away. */
export function LabelsField({ value, onChange }: Props) {
  const [text, setText] = useState<string | null>(null);
  const add = () => {
    const label = text?.trim() ?? '';
    setText(null);
    if (label !== '' && !value.includes(label)) onChange([...value, label]);
  };
  return (
    <div className="flex flex-wrap gap-1.5">
      {value.map((label) => (
        <span key={label} className="inline-flex h-9 items-center rounded-md bg-hover pl-2 text-muted md:h-6 md:text-xs">
          {label}
          <button
            type="button"
            aria-label={t('labels.remove', { label })}
            onClick={() => onChange(value.filter((other) => other !== label))}
            className="flex h-full w-8 items-center justify-center rounded-md hoverable:text-ink md:w-6"
          >
            <X aria-hidden="true" className="size-3" />
          </button>
        </span>
      ))}
      {text === null ? (
        <button
          type="button"
          onClick={() => setText('')}
          className="inline-flex h-9 items-center gap-1 rounded-md pr-1.5 text-faint hoverable:bg-hover hoverable:text-ink md:h-6 md:text-xs"
        >
          <Plus aria-hidden="true" className="size-3.5" />
          {t('labels.add')}
        </button>
      ) : (
        <input
          // The field appears because a person asked for it just now.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          aria-label={t('labels.add')}
          value={text}
          maxLength={64}
          onChange={(event) => setText(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add();
            if (event.key === 'Escape') setText(null);
          }}
          className="h-9 w-28 rounded-md border border-line-strong bg-surface px-2 md:h-6 md:text-xs"
        />
      )}
    </div>
  );
}
