/** Suggestions beside their conversation; every decision is one key and shows the next item at once. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ChevronDown, ChevronLeft, ChevronUp, Clock, Inbox, X } from 'lucide-react';
import { useCallback, useState } from 'react';

import type { Task } from '@/shared/api/types';
import { MergeDialog } from '@/shared/duplicates/merge-dialog';
import { useDuplicates } from '@/shared/duplicates/use-duplicates';
import { formatNumber, plural, t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { useCorrectionKeys } from '@/shared/tasks/correction-keys';
import { BackLink } from '@/shared/ui/back-link';
import { cn } from '@/shared/ui/cn';
import { IconButton } from '@/shared/ui/icon-button';
import { useIsPhone } from '@/shared/ui/media';
import { Page } from '@/shared/ui/page';
import { EmptyState, ErrorState } from '@/shared/ui/states';

import { BoxTabs } from './box-tabs';
import { boxes, parseInboxSearch, type Box } from './boxes';
import { EditDialog } from './edit-dialog';
import { InboxEmpty } from './inbox-empty';
import { InboxList } from './inbox-list';
import { InboxSkeleton } from './inbox-skeleton';
import { MarkedPanel } from './marked-panel';
import { snoozeTimes } from './snooze-times';
import { Suggestion } from './suggestion';
import { SuggestionActions } from './suggestion-actions';
import type { Swipe } from './swipe';
import { useInbox } from './use-inbox';

function Empty({ box }: { box: Box }) {
  if (box === 'waiting') return <InboxEmpty />;
  return (
    <EmptyState icon={box === 'snoozed' ? Clock : Inbox} title={t(`inbox.box.${box}.empty`)}>
      {t(`inbox.box.${box}.empty.detail`)}
    </EmptyState>
  );
}

export function InboxPage() {
  const { number } = useParams({ strict: false });
  const { box = 'waiting' } = parseInboxSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const chosen = number === undefined ? undefined : Number(number);
  const { list, items, index, selected, detail, marked, actions } = useInbox(chosen, box);
  const correction = useCorrectionKeys();
  const duplicates = useDuplicates({ task: selected, detail: detail.data, mergeInto: actions.merge });
  const [editing, setEditing] = useState(false);
  const [snoozing, setSnoozing] = useState(false);
  const phone = useIsPhone();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const marking = marked.length > 0;

  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const openBox = (name: Box) => void navigate({ to: '/inbox', search: { box: name === 'waiting' ? undefined : name }, replace: true });
  const nextBox = () => openBox(boxes[(boxes.indexOf(box) + 1) % boxes.length] ?? 'waiting');
  const edit = () => {
    if (selected && !marking) setEditing(true);
  };
  const duplicate = () => {
    if (marking) actions.mergeMarked();
    else duplicates.mergeOrChoose();
  };
  const onSwipe = (task: Task, swipe: Swipe) => {
    const on = actions.on([task]);
    if (swipe !== 'snooze') {
      on[swipe]();
      return;
    }
    const tomorrow = snoozeTimes(new Date()).find(({ id }) => id === 'tomorrow');
    if (tomorrow) on.snooze(tomorrow.until);
  };

  useShortcuts('inbox.title', [
    { keys: 'j', label: 'inbox.next', run: () => actions.move(1) },
    { keys: 'k', label: 'inbox.previous', run: () => actions.move(-1) },
    { keys: 'ArrowDown', label: 'inbox.next', run: () => actions.move(1), hidden: true },
    { keys: 'ArrowUp', label: 'inbox.previous', run: () => actions.move(-1), hidden: true },
    { keys: 'a', label: 'inbox.accept', run: actions.accept },
    { keys: 'e', label: 'inbox.edit', run: edit },
    { keys: 'd', label: 'inbox.decline', run: actions.decline },
    { keys: 'n', label: 'inbox.noise', run: actions.noise },
    { keys: 'm', label: marking ? 'inbox.mergeMarked' : 'inbox.duplicate', run: duplicate },
    { keys: 's', label: 'inbox.snooze', run: () => selected && setSnoozing(true) },
    ...(box === 'waiting' ? [] : [{ keys: 'b', label: 'inbox.restore', run: actions.restore } as const]),
    ...correction.shortcuts,
    { keys: 'x', label: 'inbox.markShown', run: () => actions.mark(selected) },
    { keys: 'shift+j', label: 'inbox.markNext', run: () => actions.markStep(1) },
    { keys: 'shift+k', label: 'inbox.markPrevious', run: () => actions.markStep(-1) },
    { keys: 'shift+ArrowDown', label: 'inbox.markNext', run: () => actions.markStep(1), hidden: true },
    { keys: 'shift+ArrowUp', label: 'inbox.markPrevious', run: () => actions.markStep(-1), hidden: true },
    { keys: 'mod+a', label: 'inbox.markAll', run: actions.markAll },
    ...(marking ? [{ keys: 'Escape', label: 'inbox.unmarkAll', run: actions.unmarkAll } as const] : []),
    { keys: 'v', label: 'inbox.nextBox', run: nextBox },
  ]);

  if (list.isPending) return <InboxSkeleton />;
  if (list.isError && items.length === 0) {
    return (
      <Page title={t('inbox.title')}>
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      </Page>
    );
  }
  if (!selected) {
    return (
      <Page title={t('inbox.title')} className="flex flex-col">
        <BoxTabs box={box} />
        <div className="min-h-0 flex-1 overflow-y-auto">
          <Empty box={box} />
        </div>
      </Page>
    );
  }

  const shown = `${formatNumber(items.length)}${hasNextPage ? '+' : ''}`;
  const buttons = (
    <SuggestionActions
      actions={actions}
      box={box}
      onEdit={marking ? undefined : edit}
      duplicate={
        marking
          ? marked.length > 1
            ? { label: t('inbox.mergeMarked'), run: actions.mergeMarked }
            : null
          : { label: t('inbox.duplicateOf'), run: duplicates.choose }
      }
      snoozing={snoozing}
      onSnoozing={setSnoozing}
    />
  );
  const clear = <IconButton icon={X} label={t('inbox.unmarkAll')} keys="Escape" onClick={actions.unmarkAll} />;
  return (
    <div className="flex h-full min-h-0">
      <div className={cn('flex h-full w-full flex-col md:flex md:w-[22rem] md:shrink-0 md:border-r lg:w-96', chosen !== undefined && 'max-md:hidden')}>
        <Page
          title={phone && marking ? plural('inbox.marked', marked.length) : t('inbox.title')}
          count={phone && marking ? undefined : shown}
          actions={phone && marking ? clear : undefined}
          className="flex flex-col"
        >
          <BoxTabs box={box} />
          <div className="min-h-0 flex-1">
            <InboxList
              key={box}
              items={items}
              index={index}
              box={box}
              marks={new Set(marked.map(({ id }) => id))}
              onMark={actions.mark}
              onMarkTo={actions.markTo}
              onSwipe={onSwipe}
              onNearEnd={loadMore}
            />
          </div>
          {phone && marking && chosen === undefined && <footer className="flex shrink-0 gap-1 border-t bg-chrome p-2">{buttons}</footer>}
        </Page>
      </div>
      <section
        aria-label={t(marking ? 'inbox.marked.title' : 'inbox.suggestion')}
        className={cn('flex h-full min-w-0 flex-1 flex-col', chosen === undefined && 'max-md:hidden')}
      >
        <header className="flex h-14 shrink-0 items-center gap-1 border-b px-2 md:h-12 md:px-3">
          <BackLink to="/inbox" search={{ box: box === 'waiting' ? undefined : box }} label={t('inbox.back')} icon={ChevronLeft} className="md:hidden" />
          {marking ? (
            <>
              {clear}
              <span className="ml-1 font-medium">{plural('inbox.marked', marked.length)}</span>
            </>
          ) : (
            <>
              <IconButton icon={ChevronUp} label={t('inbox.previous')} keys="k" disabled={index === 0} onClick={() => actions.move(-1)} />
              <IconButton
                icon={ChevronDown}
                label={t('inbox.next')}
                keys="j"
                disabled={index >= items.length - 1}
                onClick={() => actions.move(1)}
              />
              <span className="nums ml-1 text-xs text-faint">{t('inbox.position', { at: index + 1, of: shown })}</span>
            </>
          )}
          {!phone && <div className="ml-auto flex items-center gap-1">{buttons}</div>}
        </header>
        {marking ? (
          <div className="min-h-0 flex-1 overflow-y-auto">
            <MarkedPanel marked={marked} actions={actions} opening={correction.opening} />
          </div>
        ) : (
          <div key={selected.id} className="min-h-0 flex-1 overflow-y-auto">
            <Suggestion task={selected} detail={detail} change={actions.changeShown} opening={correction.opening} duplicates={duplicates} />
          </div>
        )}
        {phone && chosen !== undefined && <footer className="flex shrink-0 gap-1 border-t bg-chrome p-2">{buttons}</footer>}
      </section>
      {duplicates.choosing && (
        <MergeDialog
          task={selected}
          proposals={duplicates.proposals}
          onChoose={duplicates.mergeInto}
          onClose={duplicates.close}
        />
      )}
      {editing && (
        <EditDialog task={selected} onClose={() => setEditing(false)} onSave={actions.changeShown} onAccept={actions.acceptEdited} />
      )}
    </div>
  );
}
