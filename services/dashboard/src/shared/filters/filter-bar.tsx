/** Typing and clicking write one filter: what is a whole term becomes a chip, what is not is searched for. */
import { Search } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';

import { t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

import { fieldName, single, useFieldValues } from './field-values';
import { FilterChip } from './filter-chip';
import { FilterMenu } from './filter-menu';
import { readFilter, toggled, withValues, without, writeAsking, writeFilter } from './filter-text';
import { lastPiece, suggest } from './suggest';

const TYPING_MS = 250;

type Props = { filter: string; onChange: (filter: string) => void; labels?: readonly string[] };

/** The text of the field. Words go into the filter while one types, terms when they are whole. */
function useDraft(filter: string, onChange: (filter: string) => void) {
  const { askings, words } = readFilter(filter);
  const [draft, setDraft] = useState(words);
  const [seen, setSeen] = useState(words);
  const [sent, setSent] = useState(words);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (words !== seen) {
    setSeen(words);
    // The address changed by other hands: a view, the back button. Our own words come back later than they are typed.
    if (words !== sent) {
      setSent(words);
      setDraft(words);
    }
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  // What is sent when typing pauses goes with the terms of that moment: one may have been clicked meanwhile.
  const current = useRef(filter);
  useEffect(() => {
    current.current = filter;
  }, [filter]);

  const commit = (text: string) => {
    clearTimeout(timer.current);
    const read = readFilter(text);
    setDraft(read.words);
    setSent(read.words);
    onChange(writeFilter({ askings: [...askings, ...read.askings], words: read.words }));
  };
  const type = (text: string) => {
    setDraft(text);
    clearTimeout(timer.current);
    const read = readFilter(text);
    if (/\s$/.test(text) && lastPiece(text) === '' && read.askings.length > 0) {
      commit(text);
      return;
    }
    if (read.askings.length > 0 || read.refused) return;
    timer.current = setTimeout(() => {
      setSent(read.words);
      onChange(writeFilter({ ...readFilter(current.current), words: read.words }));
    }, TYPING_MS);
  };
  return { askings, draft, setDraft, type, commit };
}

export function FilterBar({ filter, onChange, labels }: Props) {
  const known = useFieldValues(labels);
  const { askings, draft, setDraft, type, commit } = useDraft(filter, onChange);
  const input = useRef<HTMLInputElement>(null);
  const [focused, setFocused] = useState(false);
  const [active, setActive] = useState(-1);
  const listId = useId();
  const offered = focused ? suggest(draft, known, fieldName) : [];
  const open = offered.length > 0;

  const take = (at: number) => {
    const chosen = offered[at];
    if (!chosen) return;
    setActive(-1);
    type(chosen.text);
    input.current?.focus();
  };
  const edit = (index: number) => {
    const asking = askings[index];
    if (!asking) return;
    onChange(without(filter, index));
    setDraft([draft.trim(), writeAsking(asking)].filter(Boolean).join(' '));
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = moves[event.key];
    if (step !== undefined && open) {
      event.preventDefault();
      setActive((active + step + offered.length) % offered.length);
    } else if (event.key === 'Enter' || (event.key === 'Tab' && open && active >= 0)) {
      event.preventDefault();
      if (active >= 0) take(active);
      else commit(draft);
    } else if (event.key === 'Backspace' && draft === '' && askings.length > 0) {
      event.preventDefault();
      edit(askings.length - 1);
    } else if (event.key === 'Escape') {
      if (active >= 0) setActive(-1);
      else input.current?.blur();
    }
  };

  return (
    <div role="search" aria-label={t('filter.title')} className="flex min-w-0 flex-1 items-start gap-2">
      <div
        className={cn(
          'relative flex min-h-10 min-w-0 flex-1 flex-wrap items-center gap-1 rounded-md border border-line-strong/80 bg-surface px-1 py-0.5 md:min-h-8',
          'has-[input:focus-visible]:border-accent',
        )}
      >
        <Search aria-hidden="true" className="ml-1.5 size-4 shrink-0 text-faint" strokeWidth={1.75} />
        {askings.map((asking, index) => (
          <FilterChip
            key={`${index}:${asking.field}`}
            asking={asking}
            known={known}
            onToggle={(value) =>
              onChange(
                single.has(asking.field)
                  ? withValues(filter, asking.field, asking.values.includes(value) ? [] : [value])
                  : toggled(filter, asking.field, value),
              )
            }
            onEdit={() => edit(index)}
            onRemove={() => onChange(without(filter, index))}
          />
        ))}
        <input
          ref={input}
          role="combobox"
          aria-label={t('filter.title')}
          aria-expanded={open}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={active >= 0 ? `${listId}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          data-search
          value={draft}
          placeholder={askings.length === 0 ? t('filter.placeholder') : t('filter.more')}
          onChange={(event) => {
            setActive(-1);
            type(event.target.value);
          }}
          onKeyDown={onKeyDown}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false);
            setActive(-1);
            if (readFilter(draft).askings.length > 0) commit(draft);
          }}
          className="h-7 min-w-24 flex-1 bg-transparent px-1 outline-none md:h-6"
        />
        <div
          id={listId}
          role="listbox"
          aria-label={t('filter.offered')}
          hidden={!open}
          className="absolute top-full left-0 z-30 mt-1 max-h-80 w-72 max-w-full overflow-y-auto rounded-lg bg-raised p-1 shadow-overlay"
        >
          {offered.map(({ text, label, field, whole }, index) => (
            // The keys are those of the field, which keeps the focus.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={text}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(index)}
              className={cn('flex h-10 items-center gap-2 rounded-md px-2 md:h-8', index === active ? 'bg-pressed' : 'hoverable:bg-hover')}
            >
              <span className="min-w-0 flex-1 truncate">{label}</span>
              <span className="text-xs text-faint">{whole ? fieldName(field) : `${field}:`}</span>
            </div>
          ))}
        </div>
      </div>
      <FilterMenu filter={filter} known={known} onChange={onChange} />
    </div>
  );
}
