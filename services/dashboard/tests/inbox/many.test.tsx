import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';

import { belongsTo, parseInboxSearch, restoring } from '@/features/inbox/boxes';
import { InboxPage } from '@/features/inbox/inbox-page';
import { extended, markedOf, noMarks, toggled } from '@/features/inbox/marking';
import { swipeOf } from '@/features/inbox/swipe';
import type { Task } from '@/shared/api/types';

import { renderPage } from '../support/render';
import { server } from '../support/server';
import { taskApi, taskFixture } from '../support/tasks';

const panel = () => screen.findByRole('region', { name: 'Selected suggestions' });

async function openInbox(tasks: Task[], at = '/inbox') {
  const api = taskApi(tasks);
  server.use(...api.handlers);
  const page = renderPage(InboxPage, '/inbox', at);
  await screen.findByRole('list', { name: 'Inbox' });
  return { ...page, api, user: userEvent.setup() };
}

const four = () => [1, 2, 3, 4].map((number) => taskFixture(number));

describe('many at once', () => {
  test('x and Shift mark, one key decides for all of them, one takes it back', async () => {
    const { user, api } = await openInbox(four());
    await screen.findByRole('heading', { name: 'Task 1' });
    await user.keyboard('x{Shift>}jj{/Shift}');
    expect(within(await panel()).getAllByRole('listitem')).toHaveLength(3);
    await user.keyboard('d');
    expect(await screen.findByText('Declined 3 suggestions')).toBeTruthy();
    await screen.findByRole('heading', { name: 'Task 4' });
    await waitFor(() => expect(api.tasks.map(({ status }) => status)).toEqual(['declined', 'declined', 'declined', 'triage']));
    await user.keyboard('u');
    await waitFor(() => expect(api.tasks.map(({ status }) => status)).toEqual(['triage', 'triage', 'triage', 'triage']));
  });

  test('what somebody else decided first is refused alone, and undo leaves it alone', async () => {
    const { user, api } = await openInbox(four());
    await screen.findByRole('heading', { name: 'Task 1' });
    await user.keyboard('x{Shift>}j{/Shift}');
    await panel();
    api.changeElsewhere(2, { priority: 'low' });
    await user.keyboard('a');
    expect(await screen.findByText('Someone else changed #2')).toBeTruthy();
    expect(screen.getByText('Theirs: Priority: Low. Yours, not saved: Status: To do.')).toBeTruthy();
    await user.keyboard('u');
    await waitFor(() => expect(api.tasks[0]).toMatchObject({ status: 'triage', version: 3 }));
    expect(api.tasks[1]).toMatchObject({ status: 'triage', version: 2 });
  });

  test('the marked ones are merged into the oldest', async () => {
    const { user, api } = await openInbox(four());
    await screen.findByRole('heading', { name: 'Task 1' });
    await user.keyboard('jx{Shift>}j{/Shift}');
    await panel();
    await user.keyboard('m');
    await waitFor(() => expect(api.tasks[2]).toMatchObject({ status: 'duplicate', duplicate_of: 'task-2' }));
    expect(api.patches).toHaveLength(1);
  });

  test('Escape clears the selection, and a letter means one again', async () => {
    const { user, api } = await openInbox(four());
    await screen.findByRole('heading', { name: 'Task 1' });
    await user.keyboard('x{Escape}ja');
    await waitFor(() => expect(api.patches.map(({ number }) => number)).toEqual([2]));
  });
});

describe('lists of the inbox', () => {
  const asleep = { snoozed_until: new Date(Date.now() + 3_600_000).toISOString() };

  test('a declined one is brought back', async () => {
    const { user, api } = await openInbox([taskFixture(1, { status: 'declined' })], '/inbox?box=declined');
    await screen.findByRole('heading', { name: 'Task 1' });
    await user.keyboard('b');
    expect(await screen.findByText('#1 waits in the inbox again')).toBeTruthy();
    await waitFor(() => expect(api.tasks[0]?.status).toBe('triage'));
  });

  test('what is accepted while it sleeps is awake from then on', async () => {
    const { user, api } = await openInbox([taskFixture(1, asleep)], '/inbox?box=snoozed');
    await screen.findByRole('heading', { name: 'Task 1' });
    await user.keyboard('a');
    await waitFor(() => expect(api.patches[0]?.patch).toEqual({ status: 'todo', snoozed_until: null }));
  });

  test('each task is in one of them', () => {
    const lists = (task: Task) => (['waiting', 'snoozed', 'declined'] as const).filter((box) => belongsTo(box, task));
    expect(lists(taskFixture(1))).toEqual(['waiting']);
    expect(lists(taskFixture(1, asleep))).toEqual(['snoozed']);
    expect(lists(taskFixture(1, { status: 'declined', ...asleep }))).toEqual(['declined']);
    expect(lists(taskFixture(1, { status: 'todo' }))).toEqual([]);
    expect(restoring(taskFixture(1, asleep))).toEqual({ snoozed_until: null });
    expect(parseInboxSearch({ box: 'elsewhere' })).toEqual({ box: undefined });
  });
});

describe('rules', () => {
  const items = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
  const ids = (marks: ReadonlySet<string>) => markedOf(items, marks).map(({ id }) => id);

  test('marks are toggled, extended either way, and forget what is gone', () => {
    const one = toggled(noMarks, { id: 'c' });
    expect(ids(one)).toEqual(['c']);
    expect(ids(extended(one, items, 1, 0))).toEqual(['a', 'b', 'c']);
    expect(ids(toggled(one, { id: 'c' }))).toEqual([]);
    expect(ids(new Set(['gone', 'd']))).toEqual(['d']);
  });

  test('a swipe decides by its way, and a short one does nothing', () => {
    const at = (dx: number) => swipeOf(dx, 390, 'waiting');
    expect([40, 90, -40, -90, -300].map(at)).toEqual([null, 'accept', null, 'snooze', 'decline']);
    expect(swipeOf(-300, 390, 'declined')).toBe('restore');
  });
});
