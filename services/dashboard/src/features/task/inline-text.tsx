/**
 * Text that is edited where it stands. It saves when one leaves it; Escape takes it back.
 *
 * When someone else changed this very text meanwhile, neither version is thrown away silently: the typed one stays, and the
 * person chooses.
 */
import { useRef, useState, type KeyboardEvent } from 'react';

import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';

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
      {conflict && (
        <div role="alert" className="mt-2 rounded-lg border bg-amber-soft px-3 py-2.5">
          <p className="text-amber">{t('inline.conflict')}</p>
          <p className="mt-1 line-clamp-3 text-xs text-muted prose-plain">{value}</p>
          <div className="mt-2 flex gap-2">
            <Button onClick={() => setDraft(null)}>{t('inline.theirs')}</Button>
            <Button onClick={() => finish(draft)}>{t('inline.mine')}</Button>
          </div>
        </div>
      )}
    </div>
  );
}
