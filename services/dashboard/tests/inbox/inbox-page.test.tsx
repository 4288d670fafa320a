import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { describe, expect, test } from 'vitest';

import { InboxPage } from '@/features/inbox/inbox-page';
import { keys } from '@/shared/api/keys';

import { renderPage } from '../support/render';
import { server } from '../support/server';
import { taskApi, taskFixture } from '../support/tasks';

const suggestion = () => screen.findByRole('region', { name: 'Suggestion' });
const shows = async (title: string) => within(await suggestion()).findByRole('heading', { name: title });

async function openInbox(count = 3) {
  const api = taskApi(Array.from({ length: count }, (_, index) => taskFixture(index + 1)));
  server.use(...api.handlers);
  const page = renderPage(InboxPage, '/inbox');
  await shows('Task 1');
  return { ...page, api, user: userEvent.setup() };
}

describe('inbox by keyboard', () => {
  test('j and k walk the list and stop at its ends', async () => {
    const { user } = await openInbox(2);
    await user.keyboard('j');
    await shows('Task 2');
    await user.keyboard('j');
    await shows('Task 2');
    await user.keyboard('kk');
    await shows('Task 1');
  });

  test('a accepts and shows the next one before the API has answered', async () => {
    const { user, api } = await openInbox();
    const release = api.hold();
    await user.keyboard('a');
    await shows('Task 2');
    expect(screen.queryByText('Task 1')).toBeNull();
    expect(api.tasks[0]?.status).toBe('triage');
    release();
    await waitFor(() => expect(api.tasks[0]?.status).toBe('todo'));
    expect(api.patches).toEqual([{ number: 1, version: '"1"', patch: { status: 'todo' } }]);
  });

  test('a suggestion that arrives above does not slip under the one that is shown', async () => {
    const { user, api, client } = await openInbox(2);
    api.tasks.unshift(taskFixture(0, { title: 'Just arrived' }));
    await client.invalidateQueries({ queryKey: keys.tasks });
    expect(await screen.findByText('Just arrived')).toBeTruthy();
    await shows('Task 1');
    await user.keyboard('a');
    await waitFor(() => expect(api.patches.map(({ number }) => number)).toEqual([1]));
  });

  test('d declines', async () => {
    const { user, api } = await openInbox();
    await user.keyboard('d');
    await waitFor(() => expect(api.tasks[0]?.status).toBe('declined'));
  });

  test('a row of quick decisions all arrive and none of them comes back', async () => {
    const { user, api } = await openInbox(5);
    await user.keyboard('aada');
    await shows('Task 5');
    await waitFor(() => expect(api.tasks.map((task) => task.status)).toEqual(['todo', 'todo', 'declined', 'todo', 'triage']));
    expect(screen.getAllByRole('listitem')).toHaveLength(1);
  });

  test('z takes the decision back, also before it was answered, and shows it again', async () => {
    const { user, api } = await openInbox();
    const release = api.hold();
    await user.keyboard('a');
    await shows('Task 2');
    await user.keyboard('z');
    await shows('Task 1');
    release();
    await waitFor(() => expect(api.patches.map(({ version, patch }) => [version, patch.status])).toEqual([['"1"', 'todo'], ['"2"', 'triage']]));
    await waitFor(() => expect(api.tasks[0]).toMatchObject({ status: 'triage', version: 3 }));
    await shows('Task 1');
  });

  test('e edits; only what was changed is sent, together with the acceptance', async () => {
    const { user, api } = await openInbox();
    await user.keyboard('e');
    const dialog = await screen.findByRole('dialog', { name: 'Edit #1' });
    const title = within(dialog).getByLabelText('Title');
    expect(title).toBe(document.activeElement);
    await user.clear(title);
    await user.type(title, 'Export is broken');
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(api.patches).toEqual([{ number: 1, version: '"1"', patch: { title: 'Export is broken', status: 'todo' } }]));
    await shows('Task 2');
  });

  test('letters typed into a field decide nothing', async () => {
    const { user, api } = await openInbox();
    await user.keyboard('e');
    await user.type(await screen.findByLabelText('Description'), 'add a detail');
    expect(api.patches).toEqual([]);
  });

  test('s snoozes until the chosen moment', async () => {
    const { user, api } = await openInbox();
    await user.keyboard('s');
    await user.click(await screen.findByRole('menuitem', { name: /Tomorrow/ }));
    await shows('Task 2');
    await waitFor(() => expect(Date.parse(api.tasks[0]?.snoozed_until ?? '')).toBeGreaterThan(Date.now()));
  });

  test('a decision that met somebody else’s is taken back and explained', async () => {
    const { user, api } = await openInbox();
    api.changeElsewhere(1, { title: 'Renamed elsewhere' });
    await user.keyboard('a');
    expect(await screen.findByText('Someone else changed #1')).toBeTruthy();
    expect(api.tasks[0]?.status).toBe('triage');
    await waitFor(() => expect(screen.getAllByText('Renamed elsewhere').length).toBeGreaterThan(0));
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  });
});

test('an empty inbox of a new installation shows how to send the first message', async () => {
  const balance = { received: 0, tasks: 0, ignored: 0, waiting: 0, dead: 0 };
  server.use(
    http.get('*/api/ledger', () => HttpResponse.json({ ...balance, balanced: true, bus: null, bus_error: null, sources: [] })),
    http.get('*/api/webhooks', () =>
      HttpResponse.json({ items: [{ provider: 'generic', suspended: false, curl: 'curl http://machine/webhook/default/inbox' }], next: null }),
    ),
    ...taskApi([]).handlers,
  );
  renderPage(InboxPage, '/inbox');
  expect(await screen.findByText(/^curl http:\/\/machine\/webhook\/default\/inbox$/)).toBeTruthy();
  expect(await screen.findByText('Send the first message')).toBeTruthy();
});
