import { expect, test } from 'vitest';

import { describeEvent } from '@/features/task/describe-event';
import type { TrackerEvent } from '@/shared/api/types';

const event = (fields: Partial<TrackerEvent>): TrackerEvent => ({
  id: 1,
  at: '2026-01-01T00:00:00Z',
  actor: { kind: 'member', name: 'Ada' },
  verb: 'task.updated',
  entity: { type: 'task', id: 't' },
  data: {},
  before: null,
  after: null,
  ...fields,
});

test.each([
  [{ before: { status: 'todo' }, after: { status: 'in_progress' } }, ['changed status from To do to In progress']],
  [{ before: { labels: [] }, after: { labels: ['a', 'b'] } }, ['changed labels from nothing to a, b']],
  [{ before: { due_on: null }, after: { due_on: `${new Date().getFullYear()}-05-03` } }, ['changed due from nothing to 3 May']],
  [{ before: { assignee_id: null }, after: { assignee_id: 'x' } }, ['assigned the task']],
  [{ before: { description: 'a' }, after: { description: 'b' } }, ['edited the description']],
  [{ verb: 'task.created', actor: { kind: 'system' as const, name: 'task-tracker' } }, ['suggested this task']],
  [{ verb: 'task.merged', data: { duplicate: { number: 31 } } }, ['merged #31 into this task']],
  [{ verb: 'duplicate.proposed', data: { other_number: 7 } }, ['found that #7 may be the same']],
  [{ verb: 'duplicate.dismissed', data: {} }, ['said that another task is not the same']],
  [{ verb: 'lesson.learned', data: { confirmed: true } }, ['learned that it was right']],
  [{ verb: 'task.teleported' }, ['task.teleported']],
])('%j reads as %j', (fields, sentences) => {
  expect(describeEvent(event(fields))).toEqual(sentences);
});
