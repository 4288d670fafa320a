/** The decisions as buttons: in the header on a desk, under the thumb on a phone. */
import { Check, CircleSlash, Clock, Copy, Ellipsis, Pencil, X } from 'lucide-react';

import { formatMoment } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';
import { Menu, MenuItem, MenuLabel } from '@/shared/ui/menu';

import { snoozeTimes } from './snooze-times';
import type { InboxActions } from './use-inbox';

type Props = {
  actions: InboxActions;
  onEdit: () => void;
  onDuplicate: () => void;
  snoozing: boolean;
  onSnoozing: (open: boolean) => void;
};

const icon = { 'aria-hidden': true, className: 'size-4.5 md:size-4', strokeWidth: 1.75 } as const;
const part = 'max-md:h-13 max-md:min-w-0 max-md:flex-1 max-md:flex-col max-md:gap-0.5 max-md:px-1 max-md:text-xs';

export function SuggestionActions({ actions, onEdit, onDuplicate, snoozing, onSnoozing }: Props) {
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button tone="quiet" aria-label={t('inbox.other')} className={cn(part, 'md:w-8 md:px-0')}>
            <Ellipsis {...icon} />
            <span className="md:hidden">{t('inbox.other')}</span>
          </Button>
        }
      >
        <MenuItem icon={<CircleSlash {...icon} />} keys="n" onSelect={actions.noise}>
          {t('inbox.noise')}
        </MenuItem>
        <MenuItem icon={<Copy {...icon} />} keys="m" onSelect={onDuplicate}>
          {t('inbox.duplicateOf')}
        </MenuItem>
      </Menu>
      <Menu
        align="end"
        open={snoozing}
        onOpenChange={onSnoozing}
        trigger={
          <Button tone="quiet" hint="s" className={part}>
            <Clock {...icon} />
            {t('inbox.snooze')}
          </Button>
        }
      >
        <MenuLabel>{t('snooze.title')}</MenuLabel>
        {snoozeTimes(new Date()).map(({ id, label, until }) => (
          <MenuItem key={id} onSelect={() => actions.snooze(until)}>
            <span className="flex items-baseline justify-between gap-6">
              {t(label)}
              <span className="nums text-xs text-faint">{formatMoment(until)}</span>
            </span>
          </MenuItem>
        ))}
      </Menu>
      <Button tone="quiet" hint="d" onClick={actions.decline} className={part}>
        <X {...icon} />
        {t('inbox.decline')}
      </Button>
      <Button tone="quiet" hint="e" onClick={onEdit} className={part}>
        <Pencil {...icon} />
        {t('inbox.edit')}
      </Button>
      <Button tone="primary" hint="a" onClick={actions.accept} className={part}>
        <Check {...icon} />
        {t('inbox.accept')}
      </Button>
    </>
  );
}
