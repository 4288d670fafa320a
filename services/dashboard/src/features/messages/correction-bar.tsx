/** The answer to "triage was wrong": this is a task after all, or there is nothing to do. */
import { Plus } from 'lucide-react';
import { useState } from 'react';

import type { Category, MessageDetail } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { useShortcuts, type Shortcut } from '@/shared/keyboard/shortcuts';
import { CategoryDot } from '@/shared/tasks/icons';
import { categories, categoryKeys } from '@/shared/tasks/vocabulary';
import { Button } from '@/shared/ui/button';
import { Menu, MenuItem, MenuLabel } from '@/shared/ui/menu';

import { useCorrection } from './use-correction';

const actionable = categories.filter((category) => category !== 'noise');

function Becomes({ onChoose, pending }: { onChoose: (category: Category) => void; pending: boolean }) {
  const [open, setOpen] = useState(false);
  useShortcuts('message.title', [{ keys: 'c', label: 'message.isTask', run: () => setOpen(true) }]);
  return (
    <Menu
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button hint="c" disabled={pending}>
          <Plus aria-hidden="true" className="size-4" strokeWidth={1.75} />
          {t('message.isTask')}
        </Button>
      }
    >
      <MenuLabel>{t('message.isTask.which')}</MenuLabel>
      {actionable.map((category) => (
        <MenuItem
          key={category}
          icon={<CategoryDot value={category} />}
          keys={categoryKeys[category]}
          onSelect={() => onChoose(category)}
        >
          {t(`category.${category}`)}
        </MenuItem>
      ))}
    </Menu>
  );
}

function Noise({ onChoose, pending }: { onChoose: () => void; pending: boolean }) {
  const keys: readonly Shortcut[] = [{ keys: 'n', label: 'inbox.noise', run: () => !pending && onChoose() }];
  useShortcuts('message.title', keys);
  return (
    <Button tone="quiet" hint="n" disabled={pending} onClick={onChoose} className="border">
      {t('inbox.noise')}
    </Button>
  );
}

export function CorrectionBar({ message }: { message: MessageDetail }) {
  const { correct, pending } = useCorrection(message);
  // Only a verdict can be corrected, and what is declined as noise has been.
  if (!message.verdict) return null;
  if (message.state === 'ignored') return <Becomes onChoose={correct} pending={pending} />;
  if (message.state !== 'task' || message.task?.status === 'declined') return null;
  return <Noise onChoose={() => correct('noise')} pending={pending} />;
}
