/** What stays while pages change: navigation, live connection, notes, help and the command palette. */
import { Outlet, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { CreateDialog } from '@/features/create/create-dialog';
import { t } from '@/shared/i18n/translate';
import { listenToShortcuts, useShortcuts, type Shortcut } from '@/shared/keyboard/shortcuts';
import { LiveProvider } from '@/shared/live/live-provider';
import { toast } from '@/shared/ui/toast-store';
import { Toaster } from '@/shared/ui/toaster';
import { UNDO_KEY, undoLast } from '@/shared/undo/undo-store';

import { BottomBar } from './bottom-bar';
import { CommandPalette } from './command-palette';
import { KeyboardHelp } from './keyboard-help';
import { CREATE_KEY, places } from './navigation';
import { OfflineBanner } from './offline-banner';
import { Sidebar } from './sidebar';

const undo = () => undoLast() || toast({ title: t('undo.nothing') });

export function Shell() {
  const navigate = useNavigate();
  const [open, setOpen] = useState<'help' | 'palette' | 'create' | null>(null);
  const close = () => setOpen(null);
  const create = () => setOpen('create');

  useEffect(listenToShortcuts, []);
  const everywhere: Shortcut[] = [
    { keys: 'mod+k', label: 'palette.title', run: () => setOpen('palette'), always: true },
    { keys: CREATE_KEY, label: 'create.title', run: create },
    { keys: '?', label: 'shortcuts.title', run: () => setOpen('help') },
    { keys: UNDO_KEY, label: 'undo', run: undo },
    { keys: 'z', label: 'undo', run: undo, hidden: true },
    { keys: 'mod+z', label: 'undo', run: undo, hidden: true },
    ...places.map(({ to, search, label, keys }) => ({ keys, label, run: () => void navigate({ to, search: search ?? {} }) })),
  ];
  useShortcuts('shortcuts.everywhere', everywhere, true);

  return (
    <LiveProvider>
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {t('skip')}
      </a>
      <div className="flex h-[var(--host-height,100dvh)] flex-col bg-chrome md:flex-row">
        <Sidebar onSearch={() => setOpen('palette')} onCreate={create} onHelp={() => setOpen('help')} />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-canvas md:my-2 md:mr-2 md:overflow-hidden md:rounded-lg md:border md:shadow-card">
          <OfflineBanner />
          <main id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">
            <Outlet />
          </main>
        </div>
        <BottomBar onSearch={() => setOpen('palette')} onCreate={create} />
      </div>
      {/* Not lazy: what one types right after Ctrl-K must reach the field, and never the shortcuts of the page. */}
      {open === 'help' && <KeyboardHelp onClose={close} />}
      {open === 'palette' && <CommandPalette onClose={close} onHelp={() => setOpen('help')} onCreate={create} />}
      {open === 'create' && <CreateDialog onClose={close} />}
      <Toaster />
    </LiveProvider>
  );
}
