import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';

import { InboxPage } from '@/features/inbox/inbox-page';
import type { Duplicate } from '@/shared/api/types';
import { flushDismissals } from '@/shared/duplicates/dismissals';

import { renderPage } from '../support/render';
import { server } from '../support/server';
import { duplicateFixture, taskApi, taskFixture } from '../support/tasks';

const suggestion = () => screen.findByRole('region', { name: 'Suggestion' });
const shows = async (title: string) => within(await suggestion()).findByRole('heading', { name: title });
const note = (text: string) => within(screen.getByRole('status')).findByText(text);

/** Newest first, as the inbox lists them: 9, 8, 7. */
const tasks = () => [9, 8, 7].map((number) => taskFixture(number, { created_at: `2026-01-0${number}T00:00:00Z` }));

async function openInbox(duplicates: (all: ReturnType<typeof tasks>) => Record<number, Duplicate[]> = () => ({})) {
  const all = tasks();
  const api = taskApi(all, duplicates(all));
  server.use(...api.handlers);
  renderPage(InboxPage, '/inbox');
  await shows('Task 9');
  return { api, user: userEvent.setup() };
}

const sent = (api: ReturnType<typeof taskApi>) => api.patches.map(({ number, patch }) => [number, patch]);

describe('a correction by key', () => {
  test('c and a letter give the category, and it can be taken back', async () => {
    const { user, api } = await openInbox();
    await user.keyboard('cq');
    expect(await note('#9 · Category: Question')).toBeTruthy();
    expect(await note('Triage learns from it.')).toBeTruthy();
    await user.keyboard('u');
    await waitFor(() => expect(sent(api)).toEqual([[9, { category: 'question' }], [9, { category: 'bug' }]]));
    await shows('Task 9');
  });

  test('p and a digit give the priority', async () => {
    const { user, api } = await openInbox();
    await user.keyboard('p1');
    await waitFor(() => expect(sent(api)).toEqual([[9, { priority: 'urgent' }]]));
  });

  test('the letter of the present category changes nothing', async () => {
    const { user, api } = await openInbox();
    await user.keyboard('cb');
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
    expect(api.patches).toEqual([]);
  });

  test.each(['n', 'cn'])('%s declines as noise, shows the next at once, and comes back by Ctrl+Z', async (keys) => {
    const { user, api } = await openInbox();
    await user.keyboard(keys);
    await shows('Task 8');
    expect(await note('#9 is not a task: declined')).toBeTruthy();
    await waitFor(() => expect(sent(api)).toEqual([[9, { category: 'noise', status: 'declined' }]]));
    await user.keyboard('{Control>}z{/Control}');
    await shows('Task 9');
    await waitFor(() => expect(sent(api)[1]).toEqual([9, { category: 'bug', status: 'triage' }]));
  });

  test('a correction that met somebody else’s is taken back and explained', async () => {
    const { user, api } = await openInbox();
    api.changeElsewhere(9, { priority: 'low' });
    await user.keyboard('cf');
    expect(await note('Someone else changed #9')).toBeTruthy();
    await waitFor(() => expect(within(screen.getByRole('article')).getByRole('button', { name: 'Category: Bug' })).toBeTruthy());
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  });

  test('Ctrl+Z in a field is the field’s own', async () => {
    const { user, api } = await openInbox();
    await user.keyboard('d');
    await shows('Task 8');
    await user.keyboard('e');
    await user.type(await screen.findByLabelText('Title'), 'x{Control>}z{/Control}');
    expect(sent(api)).toEqual([[9, { status: 'declined' }]]);
  });
});

describe('duplicates', () => {
  test('m merges into the only proposal, shows the next, and is undone', async () => {
    const { user, api } = await openInbox(([, , seven]) => ({ 9: seven ? [duplicateFixture(seven)] : [] }));
    expect(await screen.findByText('Both say so.')).toBeTruthy();
    await user.keyboard('m');
    await shows('Task 8');
    expect(await note('Merged #9 into #7')).toBeTruthy();
    await user.keyboard('u');
    await shows('Task 9');
    await waitFor(() =>
      expect(sent(api)).toEqual([
        [9, { status: 'duplicate', duplicate_of: 'task-7' }],
        [9, { status: 'triage', duplicate_of: null }],
      ]),
    );
  });

  test('a newer report is merged into the one that is shown, which stays', async () => {
    const { user, api } = await openInbox(([nine]) => ({ 8: nine ? [duplicateFixture(nine)] : [] }));
    await user.keyboard('j');
    await user.click(await screen.findByRole('button', { name: 'Merge #9 into this' }));
    await waitFor(() => expect(sent(api)).toEqual([[9, { status: 'duplicate', duplicate_of: 'task-8' }]]));
    await shows('Task 8');
    await user.click(await screen.findByRole('button', { name: 'Unmerge #9' }));
    await waitFor(() => expect(sent(api)[1]).toEqual([9, { duplicate_of: null }]));
  });

  test('of several, m asks which; a number finds any other task', async () => {
    const { user, api } = await openInbox(([, eight, seven]) => ({
      9: eight && seven ? [duplicateFixture(seven), duplicateFixture(eight, { score: 0.6 })] : [],
    }));
    expect(await screen.findByText('2 tasks may be the same')).toBeTruthy();
    await user.keyboard('m');
    const dialog = await screen.findByRole('dialog', { name: 'Of which task is #9 a duplicate?' });
    expect(within(dialog).getAllByRole('option').map((option) => option.textContent)).toEqual(['#7Task 790%', '#8Task 860%']);
    await user.keyboard('#8');
    await waitFor(() => expect(within(dialog).getAllByRole('option')).toHaveLength(1));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(sent(api)).toEqual([[9, { status: 'duplicate', duplicate_of: 'task-8' }]]));
  });

  test('"not the same" hides the proposal, and is told when the note has gone', async () => {
    const { user, api } = await openInbox(([, , seven]) => ({ 9: seven ? [duplicateFixture(seven)] : [] }));
    await user.click(await screen.findByRole('button', { name: 'Not the same' }));
    expect(screen.queryByText('Both say so.')).toBeNull();
    await user.keyboard('u');
    expect(await screen.findByText('Both say so.')).toBeTruthy();
    flushDismissals();
    expect(api.dismissals).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Not the same' }));
    flushDismissals();
    await waitFor(() => expect(api.dismissals).toEqual([['task-9', 'task-7']]));
  });
});
