import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState, type KeyboardEvent, type PointerEvent } from 'react';

import { t } from '@/shared/i18n/translate';

import { bounded, kinds, nextSort, type Column } from './columns';

const STEP = 16;

type ResizerProps = { column: Column; onResize: (width: number) => void };

/** Drags the right edge of a column; the arrow keys do the same. */
function Resizer({ column, onResize }: ResizerProps) {
  const [from, setFrom] = useState<{ x: number; width: number } | null>(null);
  const label = t('table.width', { column: t(kinds[column.id].label) });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onResize(bounded(column.width + step));
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    setFrom({ x: event.clientX, width: column.width });
  };
  return (
    // A splitter that moves is a control: https://www.w3.org/WAI/ARIA/apg/patterns/windowsplitter/
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={column.width}
      aria-valuemin={bounded(0)}
      aria-valuemax={bounded(Infinity)}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => from && onResize(bounded(from.width + event.clientX - from.x))}
      onPointerUp={() => setFrom(null)}
      onPointerCancel={() => setFrom(null)}
      className="absolute inset-y-1 right-0 w-2 cursor-col-resize touch-none rounded after:absolute after:inset-y-1 after:left-1/2 after:w-px after:bg-line hoverable:after:bg-line-strong"
    />
  );
}

type Props = { column: Column; sort: string; onSort: (sort: string) => void; onResize: (width: number) => void };

export function HeaderCell({ column, sort, onSort, onResize }: Props) {
  const { label, sort: key } = kinds[column.id];
  const sorted = key !== undefined && sort.replace('-', '') === key;
  const down = sort.startsWith('-');
  const Arrow = down ? ArrowDown : ArrowUp;
  const name = t(label);
  return (
    <div
      role="columnheader"
      aria-sort={sorted ? (down ? 'descending' : 'ascending') : undefined}
      className="relative flex min-w-0 items-center px-2"
    >
      {key === undefined ? (
        <span className="truncate text-xs font-medium text-faint">{name}</span>
      ) : (
        <button
          type="button"
          title={t('table.sortBy', { column: name })}
          onClick={() => onSort(nextSort(column.id, sort))}
          className="-ml-1 inline-flex h-6 min-w-0 items-center gap-1 rounded px-1 text-xs font-medium text-faint hoverable:bg-pressed hoverable:text-ink aria-[sort]:text-ink"
        >
          <span className={sorted ? 'truncate text-ink' : 'truncate'}>{name}</span>
          {sorted && <Arrow aria-hidden="true" className="size-3.5 shrink-0 text-ink" strokeWidth={2} />}
        </button>
      )}
      <Resizer column={column} onResize={onResize} />
    </div>
  );
}
