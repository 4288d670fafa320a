/** Ctrl/Cmd-K: go anywhere, find any task, do what the page offers. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { CircleHelp, MoonStar, Plus, Search, Zap } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useDeferredValue, useState, type ReactNode } from 'react';

import { taskSearchQuery } from '@/shared/api/tasks';
import { t } from '@/shared/i18n/translate';
import { useShortcutGroups } from '@/shared/keyboard/shortcuts';
import { StatusIcon } from '@/shared/tasks/icons';
import { setTheme } from '@/shared/theme/theme';
import { Kbd } from '@/shared/ui/kbd';

import { CREATE_KEY, places } from './navigation';

const icon = { 'aria-hidden': true, strokeWidth: 1.75 } as const;
const MIN_QUERY = 2;

type ItemProps = { value: string; onSelect: () => void; icon: ReactNode; keys?: string; children: ReactNode };

function Item({ value, onSelect, icon: sign, keys, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-11 items-center gap-3 rounded-md px-3 data-[selected=true]:bg-pressed md:min-h-9 [&>svg]:size-4 [&>svg]:shrink-0"
    >
      {sign}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys && <Kbd keys={keys} />}
    </Command.Item>
  );
}

const heading =
  '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint';

type Props = { onClose: () => void; onHelp: () => void; onCreate: () => void };

export function CommandPalette({ onClose, onHelp, onCreate }: Props) {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const query = useDeferredValue(text.trim());
  const found = useQuery({
    ...taskSearchQuery(query),
    enabled: query.length >= MIN_QUERY,
    placeholderData: keepPreviousData,
  });
  const wanted = text.trim().toLowerCase();
  const matches = (label: string) => label.toLowerCase().includes(wanted);
  const go = (run: () => void) => () => {
    onClose();
    run();
  };
  const tasks = query.length >= MIN_QUERY ? (found.data?.items ?? []) : [];
  // What the page offers by key is offered by name too; the shell's own commands are below.
  const here = useShortcutGroups()
    .filter(({ base }) => !base)
    .flatMap(({ id, shortcuts }) => shortcuts.map((shortcut) => ({ ...shortcut, id: `${String(id)} ${shortcut.keys}` })))
    .filter(({ hidden, label }) => !hidden && wanted !== '' && matches(t(label)));
  const dark = document.documentElement.dataset.theme === 'dark';
  const commands = [
    {
      id: 'create',
      label: t('create.title'),
      icon: <Plus {...icon} className="text-muted" />,
      keys: CREATE_KEY,
      run: onCreate,
    },
    ...places.map(({ to, search, label, icon: Icon, keys }) => ({
      id: to,
      label: t('palette.goTo', { place: t(label) }),
      icon: <Icon {...icon} className="text-muted" />,
      keys,
      run: () => void navigate({ to, search: search ?? {} }),
    })),
    {
      id: 'theme',
      label: t(dark ? 'palette.light' : 'palette.dark'),
      icon: <MoonStar {...icon} className="text-muted" />,
      keys: undefined,
      run: () => setTheme(dark ? 'light' : 'dark'),
    },
    { id: 'help', label: t('shortcuts.title'), icon: <CircleHelp {...icon} className="text-muted" />, keys: '?', run: onHelp },
  ].filter((command) => matches(command.label));

  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim animate-fade" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-3 z-50 mx-auto max-w-xl overflow-hidden rounded-xl bg-raised shadow-overlay animate-fade md:top-[14vh]"
        >
          <Radix.Title className="sr-only">{t('palette.title')}</Radix.Title>
          <Command label={t('palette.title')} shouldFilter={false} loop>
            <div className="flex items-center gap-3 border-b px-4">
              <Search aria-hidden="true" className="size-4 shrink-0 text-faint" strokeWidth={1.75} />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder={t('palette.placeholder')}
                className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none"
              />
            </div>
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5 md:h-80">
              <Command.Empty className="px-3 py-8 text-center text-muted">
                {found.isFetching ? t('loading') : t('palette.nothing')}
              </Command.Empty>
              {tasks.length > 0 && (
                <Command.Group heading={t('palette.tasks')} className={heading}>
                  {tasks.map((task) => (
                    <Item
                      key={task.id}
                      value={task.id}
                      icon={<StatusIcon value={task.status} />}
                      onSelect={go(() => void navigate({ to: '/tasks/$number', params: { number: String(task.number) } }))}
                    >
                      <span className="nums mr-2 text-faint">#{task.number}</span>
                      {task.title}
                    </Item>
                  ))}
                </Command.Group>
              )}
              {here.length > 0 && (
                <Command.Group heading={t('palette.here')} className={heading}>
                  {here.map(({ id, label, keys, run }) => (
                    <Item key={id} value={id} icon={<Zap {...icon} className="text-muted" />} keys={keys} onSelect={go(run)}>
                      {t(label)}
                    </Item>
                  ))}
                </Command.Group>
              )}
              {commands.length > 0 && (
                <Command.Group heading={t('palette.commands')} className={heading}>
                  {commands.map(({ id, label, icon: sign, keys, run }) => (
                    <Item key={id} value={id} icon={sign} keys={keys} onSelect={go(run)}>
                      {label}
                    </Item>
                  ))}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
