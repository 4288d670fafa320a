import { expect, test } from 'vitest';

import type { TrackerEvent } from '@/shared/api/types';
import { mentionsOf } from '@/shared/mentions/tell-mentions';

const me = { id: 'me', name: 'Me', role: 'member', email: null } as const;
const note = (fields: Partial<TrackerEvent>): TrackerEvent => ({
  id: 1,
  at: '2026-01-01T00:00:00Z',
  actor: { kind: 'member', name: 'Ann' },
  verb: 'comment.created',
  entity: { type: 'task', id: 'task-1' },
  data: { number: 7, preview: 'look', mentions: ['me'] },
  before: null,
  after: null,
  ...fields,
});

test('only what others write to this person is told', () => {
  const events = [
    note({}),
    note({ actor: { kind: 'member', name: 'Me' } }),
    note({ data: { number: 8, mentions: ['other'] } }),
    note({ verb: 'task.updated' }),
  ];
  expect(mentionsOf(events, me)).toEqual([{ by: 'Ann', number: 7, preview: 'look' }]);
});
