/** Suggestions beside their conversation; every decision is one key and shows the next item at once. */
import { useParams } from '@tanstack/react-router';
import { ChevronDown, ChevronLeft, ChevronUp } from 'lucide-react';
import { useCallback, useState } from 'react';

import { MergeDialog } from '@/shared/duplicates/merge-dialog';
import { useDuplicates } from '@/shared/duplicates/use-duplicates';
import { formatNumber, t } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { useCorrectionKeys } from '@/shared/tasks/correction-keys';
import { BackLink } from '@/shared/ui/back-link';
import { cn } from '@/shared/ui/cn';
import { IconButton } from '@/shared/ui/icon-button';
import { useIsPhone } from '@/shared/ui/media';
import { Page } from '@/shared/ui/page';
import { ErrorState } from '@/shared/ui/states';

import { EditDialog } from './edit-dialog';
import { InboxEmpty } from './inbox-empty';
import { InboxList } from './inbox-list';
import { InboxSkeleton } from './inbox-skeleton';
import { Suggestion } from './suggestion';
import { SuggestionActions } from './suggestion-actions';
import { useInbox } from './use-inbox';

export function InboxPage() {
  const { number } = useParams({ strict: false });
  const chosen = number === undefined ? undefined : Number(number);
  const { list, items, index, selected, detail, actions } = useInbox(chosen);
  const correction = useCorrectionKeys();
  const duplicates = useDuplicates({ task: selected, detail: detail.data, mergeInto: actions.merge });
  const [editing, setEditing] = useState(false);
  const [snoozing, setSnoozing] = useState(false);
  const phone = useIsPhone();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;

  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  useShortcuts('inbox.title', [
    { keys: 'j', label: 'inbox.next', run: () => actions.move(1) },
    { keys: 'k', label: 'inbox.previous', run: () => actions.move(-1) },
    { keys: 'ArrowDown', label: 'inbox.next', run: () => actions.move(1), hidden: true },
    { keys: 'ArrowUp', label: 'inbox.previous', run: () => actions.move(-1), hidden: true },
    { keys: 'a', label: 'inbox.accept', run: () => actions.accept() },
    { keys: 'e', label: 'inbox.edit', run: () => selected && setEditing(true) },
    { keys: 'd', label: 'inbox.decline', run: () => actions.decline() },
    { keys: 'n', label: 'inbox.noise', run: () => actions.noise() },
    { keys: 'm', label: 'inbox.duplicate', run: duplicates.mergeOrChoose },
    { keys: 's', label: 'inbox.snooze', run: () => selected && setSnoozing(true) },
    ...correction.shortcuts,
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
      <Page title={t('inbox.title')} className="overflow-y-auto">
        <InboxEmpty />
      </Page>
    );
  }

  const shown = `${formatNumber(items.length)}${hasNextPage ? '+' : ''}`;
  const buttons = (
    <SuggestionActions
      actions={actions}
      onEdit={() => setEditing(true)}
      onDuplicate={duplicates.choose}
      snoozing={snoozing}
      onSnoozing={setSnoozing}
    />
  );
  return (
    <div className="flex h-full min-h-0">
      <div className={cn('h-full w-full md:block md:w-[22rem] md:shrink-0 md:border-r lg:w-96', chosen !== undefined && 'hidden')}>
        <Page title={t('inbox.title')} count={shown}>
          <InboxList items={items} index={index} onNearEnd={loadMore} />
        </Page>
      </div>
      <section
        aria-label={t('inbox.suggestion')}
        className={cn('flex h-full min-w-0 flex-1 flex-col md:flex', chosen === undefined && 'hidden')}
      >
        <header className="flex h-14 shrink-0 items-center gap-1 border-b px-2 md:h-12 md:px-3">
          <BackLink to="/inbox" label={t('inbox.back')} icon={ChevronLeft} className="md:hidden" />
          <IconButton icon={ChevronUp} label={t('inbox.previous')} keys="k" disabled={index === 0} onClick={() => actions.move(-1)} />
          <IconButton
            icon={ChevronDown}
            label={t('inbox.next')}
            keys="j"
            disabled={index >= items.length - 1}
            onClick={() => actions.move(1)}
          />
          <span className="nums ml-1 text-xs text-faint">{t('inbox.position', { at: index + 1, of: shown })}</span>
          {!phone && <div className="ml-auto flex items-center gap-1">{buttons}</div>}
        </header>
        <div key={selected.id} className="min-h-0 flex-1 overflow-y-auto">
          <Suggestion task={selected} detail={detail} change={actions.change} opening={correction.opening} duplicates={duplicates} />
        </div>
        {phone && <footer className="flex shrink-0 gap-1 border-t bg-chrome p-2">{buttons}</footer>}
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
        <EditDialog task={selected} onClose={() => setEditing(false)} onSave={actions.change} onAccept={actions.acceptEdited} />
      )}
    </div>
  );
}
