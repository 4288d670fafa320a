/** The table's columns: which, in which order, how wide. `columns=title.320,status,due` in the address. */
import type { MessageKey } from '@/shared/i18n/translate';

export const columnIds = [
  'number', 'title', 'status', 'priority', 'category', 'assignee', 'due', 'source', 'labels', 'confidence', 'created', 'updated',
] as const;
export type ColumnId = (typeof columnIds)[number];
export type Column = { id: ColumnId; width: number };

type Kind = { label: MessageKey; width: number; sort?: string };

export const kinds: Record<ColumnId, Kind> = {
  number: { label: 'property.number', width: 72, sort: 'number' },
  title: { label: 'property.title', width: 360, sort: 'title' },
  status: { label: 'property.status', width: 124, sort: 'status' },
  priority: { label: 'property.priority', width: 104, sort: 'priority' },
  category: { label: 'property.category', width: 112, sort: 'category' },
  assignee: { label: 'property.assignee', width: 132, sort: 'assignee' },
  due: { label: 'property.due', width: 112, sort: 'due_on' },
  source: { label: 'property.source', width: 140, sort: 'source' },
  labels: { label: 'property.labels', width: 160 },
  confidence: { label: 'property.confidence', width: 112, sort: 'confidence' },
  created: { label: 'property.created', width: 108, sort: 'created_at' },
  updated: { label: 'property.updated', width: 108, sort: 'updated_at' },
};

export const NARROWEST = 56;
export const WIDEST = 900;
const first: readonly ColumnId[] = ['number', 'title', 'status', 'priority', 'category', 'assignee', 'due', 'updated'];
export const firstColumns: readonly Column[] = first.map((id) => ({ id, width: kinds[id].width }));

export const bounded = (width: number) => Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));

/** Reads columns; what is unknown or doubled is left out, and nothing gives those of the beginning. */
export function parseColumns(text: string | undefined): readonly Column[] {
  const columns: Column[] = [];
  for (const part of (text ?? '').split(',')) {
    const [name, width] = part.split('.');
    const id = columnIds.find((item) => item === name);
    if (!id || columns.some((column) => column.id === id)) continue;
    const wide = width !== undefined && /^\d{1,4}$/.test(width) ? bounded(Number(width)) : kinds[id].width;
    columns.push({ id, width: wide });
  }
  return columns.length === 0 ? firstColumns : columns;
}

/** Writes columns; undefined for those of the beginning, which the address need not say. */
export function writeColumns(columns: readonly Column[]): string | undefined {
  const text = columns.map(({ id, width }) => (width === kinds[id].width ? id : `${id}.${bounded(width)}`)).join(',');
  return text === first.join(',') ? undefined : text;
}

export function toggledColumn(columns: readonly Column[], id: ColumnId): readonly Column[] {
  if (columns.some((column) => column.id === id)) return columns.filter((column) => column.id !== id);
  return [...columns, { id, width: kinds[id].width }];
}

export function movedColumn(columns: readonly Column[], id: ColumnId, step: 1 | -1): readonly Column[] {
  const at = columns.findIndex((column) => column.id === id);
  const column = columns[at];
  if (!column || at + step < 0 || at + step >= columns.length) return columns;
  return columns.toSpliced(at, 1).toSpliced(at + step, 0, column);
}

/** The first click on a column sorts it as one expects, the second the other way round. */
export function nextSort(id: ColumnId, current: string): string {
  const key = kinds[id].sort;
  if (!key) return current;
  const downFirst = id === 'priority' || id === 'created' || id === 'updated' || id === 'confidence' || id === 'number';
  const [begin, other] = downFirst ? [`-${key}`, key] : [key, `-${key}`];
  return current === begin ? other : begin;
}
