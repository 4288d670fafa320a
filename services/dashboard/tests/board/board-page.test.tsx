import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';

import { BoardPage } from '@/features/board/board-page';

import { renderPage } from '../support/render';
import { server } from '../support/server';
import { taskApi, taskFixture } from '../support/tasks';

const column = (name: string) => screen.getByRole('region', { name });

/** jsdom lays nothing out: the columns get places side by side, so that the arrows have somewhere to go. */
function layOut() {
  const lefts: Record<string, number> = { 'To do': 0, 'In progress': 400, Done: 800 };
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
    const section = this.closest('section');
    const left = lefts[section?.getAttribute('aria-label') ?? ''] ?? 0;
    return section === this ? new DOMRect(left, 0, 380, 800) : new DOMRect(left + 8, 40, 360, 90);
  });
}

async function carryRight(card: HTMLElement) {
  card.focus();
  fireEvent.keyDown(card, { code: 'Space' });
  // The sensor listens on the document from the next turn on.
  await waitFor(() => expect(screen.getByText(/Picked up #1|Over To do/)).toBeTruthy());
  fireEvent.keyDown(document, { code: 'ArrowRight' });
  await waitFor(() => expect(screen.getByText('Over In progress.')).toBeTruthy());
  fireEvent.keyDown(document, { code: 'Space' });
}

async function openBoard() {
  layOut();
  const api = taskApi([taskFixture(1, { status: 'todo' }), taskFixture(2, { status: 'done' })]);
  server.use(...api.handlers);
  renderPage(BoardPage, '/board');
  const card = await screen.findByRole('link', { name: 'Task 1' });
  return { api, card };
}

test('a card carried by keyboard is in its new column before the API has answered', async () => {
  const { api, card } = await openBoard();
  const release = api.hold();
  await carryRight(card);
  expect(await within(column('In progress')).findByRole('link', { name: 'Task 1' })).toBeTruthy();
  expect(api.tasks[0]?.status).toBe('todo');
  release();
  await waitFor(() => expect(api.tasks[0]?.status).toBe('in_progress'));
  expect(within(column('In progress')).getByRole('link', { name: 'Task 1' })).toBeTruthy();
});

test('a move that met somebody else’s change goes back, says so, and shows the latest', async () => {
  const { api, card } = await openBoard();
  api.changeElsewhere(1, { title: 'Task 1, renamed' });
  await carryRight(card);
  expect(await screen.findByText('Someone else changed #1')).toBeTruthy();
  expect(await within(column('To do')).findByRole('link', { name: 'Task 1, renamed' })).toBeTruthy();
  expect(within(column('In progress')).queryByRole('link')).toBeNull();
});

test('undo brings the card back', async () => {
  const { api, card } = await openBoard();
  await carryRight(card);
  await userEvent.click(await screen.findByRole('button', { name: /^Undo/ }));
  await waitFor(() => expect(api.tasks[0]).toMatchObject({ status: 'todo', version: 3 }));
  expect(await within(column('To do')).findByRole('link', { name: 'Task 1' })).toBeTruthy();
});
