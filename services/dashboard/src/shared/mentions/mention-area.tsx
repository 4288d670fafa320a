/** A text area that completes `@Name`: arrows choose, Enter or Tab takes, Escape leaves it as typed. */
import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState, type ComponentProps, type KeyboardEvent, type Ref } from 'react';

import { membersQuery } from '@/shared/api/system';
import type { Member } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { Avatar } from '@/shared/ui/avatar';
import { cn } from '@/shared/ui/cn';
import { TextArea } from '@/shared/ui/field';

import { matching, typingMention, type Typing } from './mentions';

type Props = Omit<ComponentProps<typeof TextArea>, 'value' | 'onChange'> & {
  value: string;
  onChange: (value: string) => void;
  ref?: Ref<HTMLTextAreaElement>;
};

export function MentionArea({ value, onChange, onKeyDown, onBlur, ...rest }: Props) {
  const members = useQuery(membersQuery);
  const [typing, setTyping] = useState<Typing | null>(null);
  const [active, setActive] = useState(0);
  const caret = useRef<number | null>(null);
  const listId = useId();
  const found = typing ? matching(members.data ?? [], typing.query) : [];
  const chosen = found[Math.min(active, found.length - 1)];

  const look = (area: HTMLTextAreaElement) => {
    setTyping(typingMention(area.value, area.selectionStart));
    setActive(0);
  };
  const take = (member: Member, area: HTMLTextAreaElement) => {
    if (!typing) return;
    const before = `${value.slice(0, typing.start)}@${member.name} `;
    caret.current = before.length;
    onChange(before + value.slice(area.selectionStart).replace(/^ /, ''));
    setTyping(null);
    area.focus();
    // The value arrives with the next render; the caret follows it.
    requestAnimationFrame(() => {
      if (caret.current !== null) area.setSelectionRange(caret.current, caret.current);
      caret.current = null;
    });
  };
  const keyed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (chosen && !event.metaKey && !event.ctrlKey) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) setActive((at) => (at + step + found.length) % found.length);
      else if (event.key === 'Enter' || event.key === 'Tab') take(chosen, event.currentTarget);
      else if (event.key === 'Escape') setTyping(null);
      else return onKeyDown?.(event);
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    onKeyDown?.(event);
  };

  return (
    <div className="relative">
      <TextArea
        {...rest}
        value={value}
        aria-autocomplete="list"
        aria-controls={chosen ? listId : undefined}
        aria-activedescendant={chosen ? `${listId}-${chosen.id}` : undefined}
        onChange={(event) => {
          onChange(event.target.value);
          look(event.target);
        }}
        onKeyDown={keyed}
        onBlur={(event) => {
          setTyping(null);
          onBlur?.(event);
        }}
      />
      {chosen && (
        <div
          id={listId}
          role="listbox"
          aria-label={t('mention.title')}
          className="absolute bottom-full left-0 z-10 mb-1 w-64 max-w-full rounded-lg bg-raised p-1 shadow-overlay animate-rise"
        >
          {found.map((member) => (
            <div
              key={member.id}
              id={`${listId}-${member.id}`}
              role="option"
              aria-selected={member === chosen}
              // Before the field loses the focus, and the list with it. Keys choose in the field itself.
              onPointerDown={(event) => {
                event.preventDefault();
                const area = event.currentTarget.closest('[role=listbox]')?.parentElement?.querySelector('textarea');
                if (area) take(member, area);
              }}
              className={cn(
                'flex min-h-11 items-center gap-2 rounded-md px-2 md:min-h-8',
                member === chosen ? 'bg-pressed' : 'hoverable:bg-hover',
              )}
            >
              <Avatar name={member.name} />
              <span className="truncate">{member.name}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
