import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

import { t } from '@/shared/i18n/translate';

import { cn } from './cn';

type Props = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Said to screen readers, and shown under the title when `showDescription`. */
  description: string;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
};

/** What people came for is the first field; a dialog without one is read, so it takes the focus itself. */
function focusFirstField(event: Event): void {
  event.preventDefault();
  const dialog = event.currentTarget as HTMLElement;
  (dialog.querySelector<HTMLElement>('input:not([type="checkbox"]), textarea') ?? dialog).focus();
}

/** A dialog in the middle of a desk, a sheet from the bottom of a phone. */
export function Dialog({ open, onClose, title, description, children, footer, wide = false }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim animate-fade" />
        <Radix.Content
          onOpenAutoFocus={focusFirstField}
          className={cn(
            'fixed inset-x-0 bottom-0 z-50 flex max-h-[92dvh] flex-col rounded-t-2xl bg-raised shadow-overlay outline-none animate-sheet',
            'md:inset-x-auto md:top-[12vh] md:bottom-auto md:left-1/2 md:max-h-[76vh] md:w-full md:-translate-x-1/2 md:rounded-xl md:animate-fade',
            wide ? 'md:max-w-2xl' : 'md:max-w-lg',
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              <Radix.Description className="text-muted">{description}</Radix.Description>
            </div>
            {/* No tooltip: it would take the first Escape for itself. */}
            <Radix.Close
              aria-label={t('close')}
              className="-mt-1 -mr-2 inline-flex size-10 shrink-0 items-center justify-center rounded-md text-muted hoverable:bg-hover hoverable:text-ink md:size-8"
            >
              <X aria-hidden="true" className="size-5 md:size-4" strokeWidth={1.75} />
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer && (
            <footer className="flex gap-2 border-t px-5 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:justify-end [&>button]:flex-1 md:[&>button]:flex-none">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
