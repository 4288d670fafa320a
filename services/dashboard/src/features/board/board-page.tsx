/** Work as columns, and lanes where one wants them; a card dropped elsewhere has moved before the API knows. */
import { DndContext, DragOverlay, pointerWithin, rectIntersection, type Announcements, type CollisionDetection } from '@dnd-kit/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Rows3 } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';

import { membersQuery, sourcesQuery } from '@/shared/api/system';
import { taskGroupsQuery } from '@/shared/api/tasks';
import type { Task } from '@/shared/api/types';
import { FilterBar } from '@/shared/filters/filter-bar';
import { boardLanes, type Lanes } from '@/shared/filters/list-search';
import { asked, useListSearch } from '@/shared/filters/use-list-search';
import { t, type MessageKey } from '@/shared/i18n/translate';
import { useShortcuts } from '@/shared/keyboard/shortcuts';
import { Chip } from '@/shared/tasks/pickers';
import { useUpdateTask } from '@/shared/tasks/update-task';
import { Menu, MenuChoices } from '@/shared/ui/menu';
import { Page } from '@/shared/ui/page';
import { useScrollMemory } from '@/shared/ui/scroll-memory';
import { toast } from '@/shared/ui/toast-store';
import { ViewsMenu } from '@/shared/views/views-menu';

import { CardGhost } from './card';
import type { Place } from './cell-place';
import { Column, ColumnHead } from './column';
import { columnsOf, dropped, lanesOf, type ColumnStatus } from './columns';
import { LaneSection } from './lane';
import { useDragSensors } from './use-drag-sensors';

/** The pointer decides; without one (keyboard) the card's own place does. */
const overCell: CollisionDetection = (args) => {
  const under = pointerWithin(args);
  return under.length > 0 ? under : rectIntersection(args);
};

type Carried = { data: { current?: Record<string, unknown> } };
const taskOf = (active: Carried) => active.data.current?.task as Task;
const placeOf = (over: Carried) => over.data.current as Place;
const columnName = (status: ColumnStatus) => t(`status.${status}`);

const laneNames: Record<Lanes, MessageKey> = {
  none: 'lanes.none',
  assignee: 'property.assignee',
  priority: 'property.priority',
  category: 'property.category',
  source: 'property.source',
};

export function BoardPage() {
  const { search, filter, change } = useListSearch();
  const lanes: Lanes = search.lanes ?? 'none';
  const columns = useMemo(() => columnsOf(filter), [filter]);
  const groups = useQuery({
    ...taskGroupsQuery(asked(filter), lanes === 'none' ? 'nothing' : lanes),
    placeholderData: keepPreviousData,
  }).data;
  const members = useQuery(membersQuery).data;
  const sources = useQuery(sourcesQuery).data;
  const rows = useMemo(() => lanesOf(lanes, groups, members ?? [], sources ?? []), [lanes, groups, members, sources]);
  const count = (status: ColumnStatus) => groups?.groups.reduce((sum, group) => sum + group.statuses[status], 0);

  const update = useUpdateTask();
  const sensors = useDragSensors();
  const [carried, setCarried] = useState<Task | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useScrollMemory(`board ${filter} ${lanes}`, scroller);

  const nameOf = ({ status, lane }: Place) => {
    const row = rows.find(({ key }) => key === lane);
    return row ? `${columnName(status)}, ${row.name}` : columnName(status);
  };
  const announcements: Announcements = {
    onDragStart: ({ active }) => t('board.picked', { number: taskOf(active).number }),
    onDragOver: ({ over }) => (over ? t('board.over', { column: nameOf(placeOf(over)) }) : undefined),
    onDragEnd: ({ active, over }) =>
      over ? t('board.moved', { number: taskOf(active).number, column: nameOf(placeOf(over)) }) : t('board.cancelled'),
    onDragCancel: () => t('board.cancelled'),
  };
  const drop = (task: Task, place: Place) => {
    const patch = dropped(task, place.status, lanes, place.lane);
    if (patch === null) return void toast({ title: t(lanes === 'source' ? 'lanes.fixedSource' : 'board.cancelled') });
    if (Object.keys(patch).length === 0) return;
    update(task, patch, { done: t('board.moved', { number: task.number, column: nameOf(place) }) });
  };

  useShortcuts('board.title', [
    { keys: '/', label: 'table.focusFilter', run: () => document.querySelector<HTMLElement>('[data-search]')?.focus() },
  ]);

  return (
    <Page
      title={t('board.title')}
      className="flex min-h-0 flex-col overflow-hidden"
      actions={
        <>
          <Menu
            align="end"
            trigger={
              <Chip aria-label={`${t('lanes.title')}: ${t(laneNames[lanes])}`} faint={lanes === 'none'}>
                <Rows3 aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
                <span className="truncate max-md:sr-only">{t(lanes === 'none' ? 'lanes.title' : laneNames[lanes])}</span>
              </Chip>
            }
          >
            <MenuChoices
              value={lanes}
              options={boardLanes.map((value) => ({ value, label: t(laneNames[value]) }))}
              onChoose={(value) => change({ lanes: value === 'none' ? undefined : value })}
            />
          </Menu>
          <ViewsMenu layout="board" search={search} />
        </>
      }
    >
      <div className="flex shrink-0 border-b px-3 py-2 md:px-4">
        <FilterBar filter={filter} onChange={(next) => change({ filter: next || undefined })} />
      </div>
      <DndContext
        sensors={sensors}
        collisionDetection={overCell}
        accessibility={{
          announcements,
          screenReaderInstructions: { draggable: t(lanes === 'none' ? 'board.instructions' : 'lanes.instructions') },
        }}
        onDragStart={({ active }) => setCarried(taskOf(active))}
        onDragCancel={() => setCarried(null)}
        onDragEnd={({ active, over }) => {
          setCarried(null);
          if (over) drop(taskOf(active), placeOf(over));
        }}
      >
        {lanes === 'none' ? (
          <div className="flex min-h-0 flex-1 snap-x snap-mandatory gap-3 overflow-x-auto p-3 md:snap-none md:p-4">
            {columns.map((status, column) => (
              <Column
                key={status}
                place={{ status, lane: null, column, row: 0 }}
                filter={filter}
                sort={search.sort}
                count={count(status)}
              />
            ))}
          </div>
        ) : (
          <div ref={scroller} className="min-h-0 flex-1 overflow-auto">
            <div className="min-w-max px-3 pb-3 md:px-4">
              <div className="sticky top-0 z-10 flex gap-3 bg-canvas">
                {columns.map((status) => (
                  <div key={status} className="w-[86vw] shrink-0 md:w-auto md:min-w-64 md:flex-1 md:shrink">
                    <ColumnHead status={status} count={count(status)} />
                  </div>
                ))}
              </div>
              {rows.map((lane, row) => (
                <LaneSection
                  key={lane.key ?? ''}
                  lanes={lanes}
                  lane={lane}
                  row={row}
                  columns={columns}
                  groups={groups}
                  filter={filter}
                  sort={search.sort}
                />
              ))}
            </div>
          </div>
        )}
        <DragOverlay dropAnimation={null}>{carried && <CardGhost task={carried} />}</DragOverlay>
      </DndContext>
    </Page>
  );
}
