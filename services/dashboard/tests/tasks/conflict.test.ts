import { expect, test } from 'vitest';

import { clashOf, describeClash } from '@/shared/tasks/conflict';

import { taskFixture } from '../support/tasks';

const seen = taskFixture(1);

test('what the other one changed is told apart from what is left of one’s own', () => {
  const latest = taskFixture(1, { priority: 'urgent', title: 'Renamed', version: 2 });
  const clash = clashOf(seen, latest, { status: 'done', priority: 'low' });
  expect(clash).toEqual({ theirs: ['title', 'priority'], mine: { status: 'done', priority: 'low' } });
  expect(describeClash(latest, clash)).toBe(
    'Theirs: Title: “Renamed”, Priority: Urgent. Yours, not saved: Status: Done, Priority: Low.',
  );
});

test('when the other one did the same, nothing is left', () => {
  const latest = taskFixture(1, { status: 'todo', assignee: { id: 'a', name: 'Ann' }, version: 2 });
  expect(clashOf(seen, latest, { status: 'todo', assignee_id: 'a' }).mine).toEqual({});
});
