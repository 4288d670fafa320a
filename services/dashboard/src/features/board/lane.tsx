/** One lane: what its tasks have in common, and a cell for each column. Asks for its cards when it comes near the screen. */
import { useDroppable } from '@dnd-kit/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useRef, useState, type RefObject } from 'react';

import type { TaskGroups } from '@/shared/api/types';
import type { Lanes } from '@/shared/filters/list-search';
import { formatNumber, plural, t } from '@/shared/i18n/translate';
import { CategoryDot, PriorityIcon } from '@/shared/tasks/icons';
import { Avatar } from '@/shared/ui/avatar';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';
import { Skeleton } from '@/shared/ui/states';

import { Card } from './card';
import { placeId, type Place } from './cell-place';
import { cellQuery, laneFilter, type ColumnStatus, type Lane } from './columns';

const PAGE = 10;
const NEAR = '400px';

function useNear(element: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setNear(true);
      },
      { rootMargin: NEAR },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return near;
}

type CellProps = { place: Place; filter: string; sort: string | undefined; count: number | undefined; shown: boolean; label: string };

function Cell({ place, filter, sort, count, shown, label }: CellProps) {
  const { setNodeRef, isOver } = useDroppable({ id: placeId(place), data: place });
  const list = useInfiniteQuery({ ...cellQuery(place.status, filter, sort, PAGE), enabled: shown });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const more = list.hasNextPage ? Math.max(1, (count ?? 0) - items.length) : 0;
  return (
    <section
      ref={setNodeRef}
      aria-label={label}
      className={cn(
        'min-h-16 w-[86vw] shrink-0 rounded-lg border p-2 transition-colors duration-100 md:w-auto md:min-w-64 md:flex-1 md:shrink',
        isOver ? 'border-accent bg-accent-soft/60' : 'border-transparent bg-chrome/70',
      )}
    >
      {list.isPending && count !== 0 && <Skeleton className="h-[92px] rounded-lg" />}
      <ul aria-label={label} className="flex flex-col gap-2">
        {items.map((task) => (
          <li key={task.id}>
            <Card task={task} place={place} />
          </li>
        ))}
      </ul>
      {more > 0 && (
        <Button tone="quiet" className="mt-1 w-full" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {plural('lanes.more', more)}
        </Button>
      )}
    </section>
  );
}

function LaneSign({ lanes, lane }: { lanes: Lanes; lane: Lane }) {
  if (lane.key === null) return null;
  if (lanes === 'priority') return <PriorityIcon value={lane.key as 'high'} />;
  if (lanes === 'category') return <CategoryDot value={lane.key as 'bug'} className="mx-0" />;
  return lanes === 'assignee' ? <Avatar name={lane.name} /> : null;
}

type Props = {
  lanes: Lanes;
  lane: Lane;
  row: number;
  columns: readonly ColumnStatus[];
  /** None while nothing is counted yet. */
  groups: TaskGroups | undefined;
  filter: string;
  sort: string | undefined;
};

export function LaneSection({ lanes, lane, row, columns, groups, filter, sort }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box);
  const group = groups?.groups.find(({ key }) => key === lane.key);
  const count = (status: ColumnStatus) => (groups ? (group?.statuses[status] ?? 0) : undefined);
  const total = columns.reduce((sum, status) => sum + (group?.statuses[status] ?? 0), 0);
  const [folded, setFolded] = useState(false);
  const Arrow = folded ? ChevronRight : ChevronDown;
  return (
    <div ref={box} role="group" aria-label={lane.name} className="mb-3">
      <h3 className="sticky left-0 w-max max-w-[86vw]">
        <button
          type="button"
          aria-expanded={!folded}
          onClick={() => setFolded(!folded)}
          className="flex h-10 items-center gap-2 rounded-md px-1.5 font-medium hoverable:bg-hover md:h-8"
        >
          <Arrow aria-hidden="true" className="size-4 text-muted" strokeWidth={1.75} />
          <LaneSign lanes={lanes} lane={lane} />
          <span className="truncate">{lane.name}</span>
          {groups && <span className="nums font-normal text-faint">{formatNumber(total)}</span>}
        </button>
      </h3>
      {!folded && (
        <div className="flex gap-3">
          {columns.map((status, column) => (
            <Cell
              key={status}
              place={{ status, lane: lane.key, column, row }}
              filter={laneFilter(filter, lanes, lane.key)}
              sort={sort}
              count={count(status)}
              shown={near}
              label={`${t(`status.${status}`)}, ${lane.name}`}
            />
          ))}
        </div>
      )}
    </div>
  );
}
