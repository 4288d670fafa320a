/** One suggestion in the list: opened by a click, marked by its box, Shift or a long press, decided by a swipe. */
import { Link } from '@tanstack/react-router';
import { Check, Clock, RotateCcw, X, type LucideIcon } from 'lucide-react';

import type { Task } from '@/shared/api/types';
import { formatMoment } from '@/shared/i18n/dates';
import { plural, t } from '@/shared/i18n/translate';
import { SourceLabel } from '@/shared/sources/source-label';
import { percent } from '@/shared/tasks/confidence';
import { CategoryDot, PriorityIcon } from '@/shared/tasks/icons';
import { Avatar } from '@/shared/ui/avatar';
import { cn } from '@/shared/ui/cn';
import { RelativeTime } from '@/shared/ui/relative-time';

import type { Box } from './boxes';
import type { Swipe } from './swipe';
import { useRowGestures } from './use-row-gestures';

function Sign({ icon: Icon, label, className }: { icon: LucideIcon; label: string; className: string }) {
  return (
    <span className={cn('absolute inset-0 hidden items-center gap-2 px-5 font-medium text-white', className)}>
      <Icon className="size-5" strokeWidth={2} />
      {label}
    </span>
  );
}

/** What lies under the row, and shows while it is moved: grey until letting go would decide. */
function Underlay({ box }: { box: Box }) {
  const left = 'justify-end group-data-[side=left]/row:flex';
  return (
    <span aria-hidden="true" className="absolute inset-0 bg-faint group-data-[swipe=accept]/row:bg-swipe-accept group-data-[swipe=decline]/row:bg-swipe-decline group-data-[swipe=restore]/row:bg-accent group-data-[swipe=snooze]/row:bg-swipe-snooze">
      <Sign icon={Check} label={t('inbox.accept')} className="group-data-[side=right]/row:flex" />
      {box === 'waiting' ? (
        <>
          <Sign icon={Clock} label={t('inbox.snooze')} className={cn(left, 'group-data-[swipe=decline]/row:hidden')} />
          <Sign icon={X} label={t('inbox.decline')} className="justify-end group-data-[swipe=decline]/row:flex" />
        </>
      ) : (
        <Sign icon={RotateCcw} label={t('inbox.restore')} className={left} />
      )}
    </span>
  );
}

type Props = {
  task: Task;
  box: Box;
  current: boolean;
  marked: boolean;
  /** Some are marked: a tap marks another. */
  marking: boolean;
  onMark: () => void;
  onMarkTo: () => void;
  onSwipe: (swipe: Swipe) => void;
};

export function InboxRow({ task, box, current, marked, marking, onMark, onMarkTo, onSwipe }: Props) {
  const { row, handlers } = useRowGestures({ box, onSwipe, onLongPress: onMark });
  return (
    <div ref={row} {...handlers} className="group/row relative h-full touch-pan-y overflow-hidden select-none md:mx-2 md:rounded-lg">
      <span className="hidden group-data-[swiping=true]/row:block">
        <Underlay box={box} />
      </span>
      <div
        className={cn(
          'relative h-full translate-x-(--dx) border-b group-data-[swiping=true]/row:transition-none motion-safe:transition-transform md:border-transparent',
          marked || current ? 'bg-accent-soft' : 'bg-canvas hoverable:bg-hover',
          current && !marked && 'max-md:bg-canvas',
        )}
      >
        <Link
          to="/inbox/$number"
          params={{ number: String(task.number) }}
          search={{ box: box === 'waiting' ? undefined : box }}
          aria-current={current ? 'true' : undefined}
          draggable={false}
          onClick={(event) => {
            const touching = (event.nativeEvent as globalThis.PointerEvent).pointerType === 'touch';
            if (!event.shiftKey && !(marking && touching)) return;
            event.preventDefault();
            if (event.shiftKey) onMarkTo();
            else onMark();
          }}
          className="flex h-full gap-2.5 px-4 py-3 inset-focus md:rounded-lg md:px-2.5 md:py-2.5"
        >
          <span className="mt-0.5 size-4 shrink-0">
            <PriorityIcon value={task.priority} labelled className={cn(marked || marking ? 'invisible' : 'md:group-hover/row:invisible')} />
          </span>
          <span className="flex min-w-0 flex-1 flex-col gap-0.5">
            <span className="flex items-baseline gap-2">
              <span className="min-w-0 flex-1 truncate font-medium">{task.title}</span>
              <RelativeTime at={task.created_at} className="shrink-0 text-xs text-faint" />
            </span>
            <span className={cn('flex items-center gap-2 text-xs', current || marked ? 'text-muted' : 'text-faint')}>
              <span className="inline-flex shrink-0 items-center">
                <CategoryDot value={task.category} className="ml-0" />
                {t(`category.${task.category}`)}
              </span>
              {task.source && <SourceLabel source={task.source} />}
              <span className="ml-auto flex shrink-0 items-center gap-2">
                {box === 'snoozed' && task.snoozed_until && <span className="nums">{formatMoment(new Date(task.snoozed_until))}</span>}
                {task.duplicate_proposals > 0 && <span className="text-amber">{plural('inbox.mayBe', task.duplicate_proposals)}</span>}
                {task.assignee && <Avatar name={task.assignee.name} className="size-4 text-[8px]" />}
                {task.confidence !== null && (
                  <span className="nums" title={t('property.confidence')}>
                    {percent(task.confidence)}
                  </span>
                )}
              </span>
            </span>
          </span>
        </Link>
        <button
          type="button"
          role="checkbox"
          aria-checked={marked}
          aria-label={t('inbox.mark', { number: task.number })}
          tabIndex={-1}
          onClick={(event) => (event.shiftKey ? onMarkTo() : onMark())}
          className={cn(
            'absolute top-0 left-0 h-full w-10 items-start justify-center pt-3.5 md:w-8.5 md:pt-3',
            marked || marking ? 'flex' : 'hidden md:group-hover/row:flex',
          )}
        >
          <span
            aria-hidden="true"
            className={cn(
              'flex size-4 items-center justify-center rounded border',
              marked ? 'border-accent bg-accent text-on-accent' : 'border-line-strong bg-surface',
            )}
          >
            {marked && <Check className="size-3" strokeWidth={3} />}
          </span>
        </button>
      </div>
    </div>
  );
}
