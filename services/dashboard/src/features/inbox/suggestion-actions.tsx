/** The decisions as buttons: in the header on a desk, under the thumb on a phone; for one suggestion or for all marked ones. */
import { Check, CircleSlash, Clock, Copy, Ellipsis, Pencil, RotateCcw, X } from 'lucide-react';

import { formatMoment } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';
import { Menu, MenuItem, MenuLabel } from '@/shared/ui/menu';

import type { Box } from './boxes';
import { snoozeTimes } from './snooze-times';
import type { InboxActions } from './use-inbox';

type Props = {
  actions: Pick<InboxActions, 'accept' | 'decline' | 'noise' | 'snooze' | 'restore'>;
  box: Box;
  /** Left out where it makes no sense: several cannot be edited at once. */
  onEdit?: (() => void) | undefined;
  duplicate: { label: string; run: () => void } | null;
  snoozing: boolean;
  onSnoozing: (open: boolean) => void;
};

const icon = { 'aria-hidden': true, className: 'size-4.5 md:size-4', strokeWidth: 1.75 } as const;
const part = 'max-md:h-13 max-md:min-w-0 max-md:flex-1 max-md:flex-col max-md:gap-0.5 max-md:px-1 max-md:text-xs';

export function SuggestionActions({ actions, box, onEdit, duplicate, snoozing, onSnoozing }: Props) {
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
        {duplicate && (
          <MenuItem icon={<Copy {...icon} />} keys="m" onSelect={duplicate.run}>
            {duplicate.label}
          </MenuItem>
        )}
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
        {snoozeTimes(new Date()).map(({ id, label, until }, place) => (
          <MenuItem key={id} keys={String(place + 1)} onSelect={() => actions.snooze(until)}>
            <span className="flex items-baseline justify-between gap-6">
              {t(label)}
              <span className="nums text-xs text-faint">{formatMoment(until)}</span>
            </span>
          </MenuItem>
        ))}
      </Menu>
      {box !== 'declined' && (
        <Button tone="quiet" hint="d" onClick={actions.decline} className={part}>
          <X {...icon} />
          {t('inbox.decline')}
        </Button>
      )}
      {box !== 'waiting' && (
        <Button tone="quiet" hint="b" onClick={actions.restore} className={part}>
          <RotateCcw {...icon} />
          {t('inbox.restore')}
        </Button>
      )}
      {onEdit && box === 'waiting' && (
        <Button tone="quiet" hint="e" onClick={onEdit} className={part}>
          <Pencil {...icon} />
          {t('inbox.edit')}
        </Button>
      )}
      <Button tone="primary" hint="a" onClick={actions.accept} className={part}>
        <Check {...icon} />
        {t('inbox.accept')}
      </Button>
    </>
  );
}
