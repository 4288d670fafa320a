/**
 * Text that is edited where it stands. It saves when one leaves it; Escape takes it back.
 *
 * When someone else changed this very text meanwhile, neither version is thrown away silently: the typed one stays, and the
 * person chooses.
 */
import { useRef, useState, type KeyboardEvent } from 'react';

import { cn } from '@/shared/ui/cn';

import { TextConflict } from './text-conflict';

type Props = {
  value: string;
  label: string;
  placeholder?: string;
  /** Enter saves; without it Enter is a new line and Ctrl+Enter saves. */
  singleLine?: boolean;
  required?: boolean;
  className?: string;
  onSave: (value: string) => void;
};

type Draft = { text: string; base: string };

export function InlineText({ value, label, placeholder, singleLine = false, required = false, className, onSave }: Props) {
  const [draft, setDraft] = useState<Draft | null>(null);
  // Leaving the field saves, and Escape leaves it too: the blur that follows must know.
  const abandoned = useRef(false);
  const conflict = draft !== null && draft.base !== value && draft.text !== draft.base;

  const finish = (kept: Draft | null) => {
    const text = (singleLine ? kept?.text.replace(/\s+/g, ' ') : kept?.text)?.trim();
    setDraft(null);
    if (text === undefined || text === value || (required && text === '')) return;
    onSave(text);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') {
      abandoned.current = true;
      event.currentTarget.blur();
    }
    if (event.key === 'Enter' && (singleLine || event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      event.currentTarget.blur();
    }
  };

  return (
    <div>
      <textarea
        aria-label={label}
        rows={1}
        placeholder={placeholder}
        value={draft?.text ?? value}
        onFocus={() => setDraft((current) => current ?? { text: value, base: value })}
        onChange={(event) => setDraft({ base: draft?.base ?? value, text: event.target.value })}
        onBlur={() => {
          if (abandoned.current) setDraft(null);
          else if (!conflict) finish(draft);
          abandoned.current = false;
        }}
        onKeyDown={onKeyDown}
        className={cn(
          '-mx-2 block field-sizing-content w-[calc(100%+1rem)] resize-none rounded-md px-2 py-1 transition-colors outline-none',
          'hoverable:bg-hover focus:bg-transparent focus:ring-1 focus:ring-line-strong',
          className,
        )}
      />
      {conflict && <TextConflict theirs={value} onTheirs={() => setDraft(null)} onMine={() => finish(draft)} />}
    </div>
  );
}
