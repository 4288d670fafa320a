import fc from 'fast-check';
import { expect, test } from 'vitest';

import { bounded, columnIds, firstColumns, movedColumn, nextSort, parseColumns, toggledColumn, writeColumns } from '@/features/table/columns';
import { none, toggledRow, withRange } from '@/features/table/selection';

const columns = fc
  .uniqueArray(fc.constantFrom(...columnIds), { minLength: 1 })
  .chain((ids) => fc.tuple(...ids.map((id) => fc.integer({ min: 0, max: 2000 }).map((width) => ({ id, width: bounded(width) })))));

test('columns in an address come back as they were', () => {
  fc.assert(
    fc.property(columns, (list) => {
      expect(parseColumns(writeColumns(list))).toEqual(list);
    }),
  );
});

test('nonsense in an address gives the columns of the beginning', () => {
  expect(parseColumns('colour,size.x')).toEqual(firstColumns);
  expect(parseColumns('title.9999,title,status')).toEqual([
    { id: 'title', width: 900 },
    { id: 'status', width: 124 },
  ]);
});

test('a column is shown, moved and hidden', () => {
  const two = parseColumns('title,status');
  expect(toggledColumn(two, 'due').map(({ id }) => id)).toEqual(['title', 'status', 'due']);
  expect(movedColumn(two, 'status', -1).map(({ id }) => id)).toEqual(['status', 'title']);
  expect(movedColumn(two, 'title', -1)).toBe(two);
});

test('a column sorts as one expects at first, and the other way round then', () => {
  expect(nextSort('priority', '-created_at')).toBe('-priority');
  expect(nextSort('priority', '-priority')).toBe('priority');
  expect(nextSort('due', 'title')).toBe('due_on');
  expect(nextSort('labels', 'title')).toBe('title');
});

test('a range is selected from the last row that was checked', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const one = toggledRow(none, 'd');
  expect([...withRange(one, ids, 'd', 'b')].sort()).toEqual(['b', 'c', 'd']);
  expect([...withRange(none, ids, 'gone', 'b')]).toEqual(['b']);
  expect(toggledRow(one, 'd').size).toBe(0);
});
