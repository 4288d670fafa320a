/** The keys that correct a task: each opens the menu of one property, where one more key chooses. */
import { useMemo, useState } from 'react';

import type { MessageKey } from '@/shared/i18n/translate';
import type { Shortcut } from '@/shared/keyboard/shortcuts';

import type { Opening } from './pickers';

const properties = {
  category: { keys: 'c', label: 'inbox.correctCategory' },
  priority: { keys: 'p', label: 'inbox.correctPriority' },
  assignee: { keys: 'w', label: 'inbox.assign' },
  due: { keys: 't', label: 'inbox.setDue' },
} as const satisfies Record<string, { keys: string; label: MessageKey }>;

type Property = keyof typeof properties;
export type Openings = (property: Property) => Required<Opening>;

const names = Object.keys(properties) as Property[];

/** Gives the shortcuts, and for each picker whether it is open. */
export function useCorrectionKeys(): { shortcuts: readonly Shortcut[]; opening: Openings; close: () => void } {
  const [open, setOpen] = useState<Property | null>(null);
  const shortcuts = useMemo(() => names.map((name) => ({ ...properties[name], run: () => setOpen(name) })), []);
  const opening: Openings = (property) => ({
    open: open === property,
    onOpenChange: (next) => setOpen(next ? property : null),
  });
  return { shortcuts, opening, close: () => setOpen(null) };
}
