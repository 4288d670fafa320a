/** Work in progress as columns; a card dropped elsewhere has moved before the API knows. */
import { DndContext, DragOverlay, pointerWithin, rectIntersection, type Announcements, type CollisionDetection } from '@dnd-kit/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { taskCountsQuery } from '@/shared/api/tasks';
import type { Task } from '@/shared/api/types';
import { t, type MessageKey } from '@/shared/i18n/translate';
import { useUpdateTask } from '@/shared/tasks/update-task';
import { Page } from '@/shared/ui/page';

import { CardGhost } from './card';
import { Column } from './column';
import { columnStatuses, type ColumnStatus } from './columns';
import { useDragSensors } from './use-drag-sensors';

/** The pointer decides; without one (keyboard) the card's own place does. */
const overColumn: CollisionDetection = (args) => {
  const under = pointerWithin(args);
  return under.length > 0 ? under : rectIntersection(args);
};

const taskOf = (active: { data: { current?: Record<string, unknown> } }) => active.data.current?.task as Task;
const columnName = (id: string | number) => t(`status.${id}` as MessageKey);

const announcements: Announcements = {
  onDragStart: ({ active }) => t('board.picked', { number: taskOf(active).number }),
  onDragOver: ({ over }) => (over ? t('board.over', { column: columnName(over.id) }) : undefined),
  onDragEnd: ({ active, over }) =>
    over ? t('board.moved', { number: taskOf(active).number, column: columnName(over.id) }) : t('board.cancelled'),
  onDragCancel: () => t('board.cancelled'),
};

export function BoardPage() {
  const counts = useQuery(taskCountsQuery);
  const update = useUpdateTask();
  const sensors = useDragSensors();
  const [carried, setCarried] = useState<Task | null>(null);

  const drop = (task: Task, status: ColumnStatus) => {
    if (task.status === status) return;
    update(task, { status }, { done: t('board.moved', { number: task.number, column: columnName(status) }) });
  };

  return (
    <Page title={t('board.title')} className="overflow-hidden">
      <DndContext
        sensors={sensors}
        collisionDetection={overColumn}
        accessibility={{ announcements, screenReaderInstructions: { draggable: t('board.instructions') } }}
        onDragStart={({ active }) => setCarried(taskOf(active))}
        onDragCancel={() => setCarried(null)}
        onDragEnd={({ active, over }) => {
          setCarried(null);
          if (over) drop(taskOf(active), over.id as ColumnStatus);
        }}
      >
        <div className="flex h-full snap-x snap-mandatory gap-3 overflow-x-auto p-3 md:snap-none md:p-4">
          {columnStatuses.map((status) => (
            <Column key={status} status={status} count={counts.data?.[status]} />
          ))}
        </div>
        <DragOverlay dropAnimation={null}>{carried && <CardGhost task={carried} />}</DragOverlay>
      </DndContext>
    </Page>
  );
}
