import { expect, test } from 'vitest';

import { matches } from '@/shared/filters/matches';

import { taskFixture } from '../support/tasks';

const now = new Date(2026, 4, 13, 15).getTime();
const asker = { memberId: 'ann', now };
const task = taskFixture(1, {
  status: 'todo',
  priority: 'high',
  category: 'bug',
  due_on: '2026-05-19',
  labels: ['ui', 'needs info'],
  assignee: { id: 'ann', name: 'Ann Lee' },
  source: { id: 's1', namespace: 'support', name: 'mail', kind: 'email' },
});

test.each([
  ['', true],
  ['status:open', true],
  ['-status:open', false],
  ['status:done,todo', true],
  ['priority:>=high', true],
  ['priority:<high', false],
  ['priority:high,low category:bug', true],
  ['label:"needs info"', true],
  ['-label:spam', true],
  ['label:none', false],
  ['assignee:me', true],
  ['assignee:"ann lee"', true],
  ['assignee:none', false],
  ['source:mail', true],
  ['source:support/mail -source:none', true],
  ['due:<7d', true],
  ['due:<6d', false],
  ['due:7d', true],
  ['due:today', false],
  ['due:>=2026-05-19', true],
  ['due:2026-05-01..2026-05-18', false],
  ['due:none', false],
  ['is:overdue', false],
  ['is:snoozed', false],
  ['export', undefined],
  ['export status:done', false],
  ['updated:<7d', undefined],
  ['prioritty:high', undefined],
])('%s: %s', (filter, expected) => {
  expect(matches(filter, task, asker)).toBe(expected);
});

test('overdue is what is due before today and still open', () => {
  const late = taskFixture(2, { status: 'todo', due_on: '2026-05-12' });
  expect(matches('is:overdue', late, asker)).toBe(true);
  expect(matches('due:overdue', { ...late, status: 'done' }, asker)).toBe(false);
});
