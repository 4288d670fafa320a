import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

import { Kbd } from './kbd';

export const TooltipProvider = Radix.Provider;

/** Says what an icon means, on hover and on focus. The child keeps its own accessible name. */
export function Tooltip({ label, keys, children }: { label: ReactNode; keys?: string; children: ReactNode }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-72 items-center gap-2 rounded-md bg-raised px-2 py-1 text-xs text-ink shadow-overlay animate-fade"
        >
          {label}
          {keys && <Kbd keys={keys} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
