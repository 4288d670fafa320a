import { describe, expect, test } from 'vitest';

import { inverse, patched, withTask, type TaskList } from '@/shared/tasks/task-cache';
import { Versions } from '@/shared/tasks/versions';

import { taskFixture } from '../support/tasks';

const listOf = (...numbers: number[]): TaskList => ({
  pages: [{ items: numbers.map((number) => taskFixture(number)), next: null }],
  pageParams: [null],
});
const numbers = (list: TaskList) => list.pages.flatMap((page) => page.items.map((task) => task.number));
const triage = { status: ['triage'], sort: '-created_at', snoozed: false };
const asker = { memberId: undefined, now: Date.now() };

describe('lists after a change', () => {
  test('a task that no longer fits leaves', () => {
    expect(numbers(withTask(listOf(1, 2, 3), triage, taskFixture(2, { status: 'todo' }), asker))).toEqual([1, 3]);
  });
  test('a task that fits again returns to its place', () => {
    expect(numbers(withTask(listOf(1, 3), triage, taskFixture(2), asker))).toEqual([1, 2, 3]);
  });
  test('a snoozed suggestion leaves the inbox', () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(numbers(withTask(listOf(1, 2), triage, taskFixture(1, { snoozed_until: tomorrow }), asker))).toEqual([2]);
  });
  test('a list of search results gains nothing that the API did not find', () => {
    expect(numbers(withTask(listOf(1), { ...triage, q: 'export' }, taskFixture(2), asker))).toEqual([1]);
  });
  test('a list that is not concerned stays the very same object', () => {
    const list = listOf(1);
    expect(withTask(list, { status: ['done'] }, taskFixture(9), asker)).toBe(list);
  });
});

test('undoing a patch sends what was there before, and nothing else', () => {
  const task = taskFixture(1, { assignee: { id: 'ada', name: 'Ada' }, priority: 'low' });
  expect(inverse(task, { priority: 'high', assignee_id: null })).toEqual({ priority: 'low', assignee_id: 'ada' });
});

test('taking the assignee away shows at once', () => {
  expect(patched(taskFixture(1, { assignee: { id: 'ada', name: 'Ada' } }), { assignee_id: null }).assignee).toBeNull();
});

describe('versions', () => {
  test('our own changes are followed to the newest version', () => {
    const versions = new Versions();
    versions.replaced('a', 1, 2);
    versions.replaced('a', 2, 3);
    expect(versions.latest('a', 1)).toBe(3);
  });
  test('a version that somebody else replaced stays what the person saw', () => {
    const versions = new Versions();
    versions.replaced('a', 1, 2);
    expect(versions.latest('a', 5)).toBe(5);
    expect(versions.latest('b', 1)).toBe(1);
  });
});
