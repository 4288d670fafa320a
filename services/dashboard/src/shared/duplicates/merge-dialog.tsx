/** "Duplicate of which?": what triage proposes, and any other task by number or words. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useDeferredValue, useState } from 'react';

import { taskQuery, taskSearchQuery } from '@/shared/api/tasks';
import type { Duplicate, TaskDetail, TaskRef } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { percent } from '@/shared/tasks/confidence';
import { StatusIcon } from '@/shared/tasks/icons';

import { candidates, numberIn } from './candidates';

const MIN_QUERY = 2;

function Item({ task, score, onSelect }: { task: TaskRef; score: number | undefined; onSelect: () => void }) {
  return (
    <Command.Item
      value={task.id}
      onSelect={onSelect}
      className="flex min-h-11 items-center gap-3 rounded-md px-3 data-[selected=true]:bg-pressed md:min-h-9"
    >
      <StatusIcon value={task.status} labelled />
      <span className="min-w-0 flex-1 truncate">
        <span className="nums mr-2 text-faint">#{task.number}</span>
        {task.title}
      </span>
      {score !== undefined && <span className="nums shrink-0 text-xs text-muted">{percent(score)}</span>}
    </Command.Item>
  );
}

type Props = {
  task: Pick<TaskDetail, 'id' | 'number'>;
  proposals: readonly Duplicate[];
  onChoose: (target: TaskRef) => void;
  onClose: () => void;
};

export function MergeDialog({ task, proposals, onChoose, onClose }: Props) {
  const [text, setText] = useState('');
  const query = useDeferredValue(text.trim());
  const number = numberIn(query);
  const byNumber = useQuery({ ...taskQuery(number ?? 0), enabled: number !== null, retry: false });
  const byWords = useQuery({
    ...taskSearchQuery(query),
    enabled: number === null && query.length >= MIN_QUERY,
    placeholderData: keepPreviousData,
  });
  const found = number === null ? (query.length >= MIN_QUERY ? (byWords.data?.items ?? []) : []) : byNumber.data ? [byNumber.data] : [];
  const items = candidates(task, query, proposals, found);
  const choose = (target: TaskRef) => {
    onClose();
    onChoose(target);
  };
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim animate-fade" />
        <Radix.Content
          className="fixed inset-x-3 top-3 z-50 mx-auto max-w-xl overflow-hidden rounded-xl bg-raised shadow-overlay animate-fade md:top-[14vh]"
        >
          <header className="px-4 pt-3.5 pb-2">
            <Radix.Title className="font-semibold">{t('duplicate.choose', { number: task.number })}</Radix.Title>
            <Radix.Description className="text-xs text-muted">{t('duplicate.choose.detail')}</Radix.Description>
          </header>
          <Command label={t('duplicate.search')} shouldFilter={false} loop>
            <div className="flex items-center gap-3 border-b px-4">
              <Search aria-hidden="true" className="size-4 shrink-0 text-faint" strokeWidth={1.75} />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder={t('duplicate.search')}
                className="h-11 min-w-0 flex-1 bg-transparent text-base outline-none"
              />
            </div>
            <Command.List className="h-64 overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-muted">
                {byNumber.isFetching || byWords.isFetching
                  ? t('loading')
                  : t(query === '' ? 'duplicate.search.hint' : 'palette.nothing')}
              </Command.Empty>
              {items.map(({ task: item, score }) => (
                <Item key={item.id} task={item} score={score} onSelect={() => choose(item)} />
              ))}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
