import { X } from 'lucide-react';

import { t } from '@/shared/i18n/translate';

import { Button } from './button';
import { cn } from './cn';
import { IconButton } from './icon-button';
import { dismissToast, useToasts } from './toast-store';

/** The notes of `toast-store`, read out politely. Above the bottom bar on a phone. */
export function Toaster() {
  const toasts = useToasts();
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-3 bottom-[calc(8.5rem+env(safe-area-inset-bottom))] z-50 flex flex-col items-center gap-2 md:inset-x-auto md:right-5 md:bottom-5 md:items-end"
    >
      {toasts.map(({ id, title, detail, tone, action }) => (
        <div
          key={id}
          className="pointer-events-auto flex w-full max-w-sm items-center gap-2 rounded-lg bg-raised py-1.5 pr-1.5 pl-3.5 shadow-overlay animate-rise md:w-auto md:min-w-72"
        >
          <div className="min-w-0 flex-1 py-1">
            <p className={cn('truncate font-medium', tone === 'problem' && 'whitespace-normal text-red')}>{title}</p>
            {detail && <p className="text-xs text-muted">{detail}</p>}
          </div>
          {action && (
            <Button
              tone="link"
              hint={action.hint}
              onClick={() => {
                dismissToast(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton icon={X} label={t('close')} onClick={() => dismissToast(id)} />
        </div>
      ))}
    </div>
  );
}
