import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';

import type { Reply, Source, TaskDetail } from '@/shared/api/types';
import { addressees } from '@/shared/replies/addressees';
import { Thread } from '@/shared/replies/thread';

import { messageFixture, replyFixture, sourceFixture } from '../support/messages';
import { renderPage } from '../support/render';
import { server } from '../support/server';
import { taskApi, taskFixture } from '../support/tasks';

const detail: TaskDetail = {
  ...taskFixture(1),
  messages: [messageFixture('m1'), messageFixture('around', { task: null, received_at: '2026-01-01T12:00:00Z', sender: { name: 'Bob', address: '' } })],
  verdicts: [],
  comment_count: 0,
  duplicates: [],
  merged: [],
};

function open(source: Source, replies: Reply[] = [], role = 'member') {
  const posts: unknown[] = [];
  server.use(
    http.get('*/api/sources', () => HttpResponse.json({ items: [source], next: null })),
    http.get('*/api/me', () => HttpResponse.json({ member: { id: 'me', name: 'Me', role, email: null }, workspace: { id: 'w', name: 'Team' } })),
    http.get('*/api/tasks/:key/replies', () => HttpResponse.json({ items: replies, next: null })),
    http.post('*/api/tasks/:key/replies', async ({ request }) => {
      const draft = (await request.json()) as { body: string };
      posts.push(draft);
      const written = replyFixture('r-new', { body: draft.body, state: source.reply.require_approval ? 'awaiting_approval' : 'queued' });
      replies.unshift(written);
      return HttpResponse.json(written, { status: 201 });
    }),
    http.post('*/api/replies/:id/:verb', async ({ params, request }) => {
      posts.push([params.verb, await request.json().catch(() => null)]);
      const reply = replies.find(({ id }) => id === params.id) ?? replyFixture('none');
      reply.state = params.verb === 'reject' ? 'rejected' : 'queued';
      return HttpResponse.json(reply);
    }),
    ...taskApi([]).handlers,
  );
  renderPage(() => <Thread task={detail} />, '/inbox');
  return { posts, user: userEvent.setup() };
}

test('a reply goes to the newest message that is the task’s own, and Shift is needed to send it', async () => {
  const { posts, user } = open(sourceFixture());
  await screen.findByRole('textbox', { name: 'Reply to Ada' });
  await user.keyboard('r');
  await user.keyboard('We look at it.{Control>}{Enter}{/Control}');
  expect(posts).toEqual([]);
  await user.keyboard('{Control>}{Shift>}{Enter}{/Shift}{/Control}');
  await waitFor(() => expect(posts).toEqual([{ body: 'We look at it.', message_id: 'm1' }]));
  expect(await screen.findByText('On its way')).toBeTruthy();
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Reply to Ada' }).value).toBe('');
});

test('where approval is asked for a member’s reply waits, and only an admin is offered to let it go', async () => {
  const { user } = open(sourceFixture({ require_approval: true }));
  await user.type(await screen.findByRole('textbox', { name: 'Reply to Ada' }), 'Soon.');
  await user.click(screen.getByRole('button', { name: 'Ask to send to Ada' }));
  expect(await screen.findByText('Waits for approval')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Approve and send' })).toBeNull();
});

test('an admin rejects with a reason', async () => {
  const { posts, user } = open(sourceFixture({ require_approval: true }), [replyFixture('r1', { state: 'awaiting_approval' })], 'admin');
  await user.click(await screen.findByRole('button', { name: 'Reject' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByLabelText('Reason'), 'Too harsh');
  await user.click(within(dialog).getByRole('button', { name: 'Reject' }));
  await waitFor(() => expect(posts).toEqual([['reject', { reason: 'Too harsh' }]]));
  expect(await screen.findByText('Rejected')).toBeTruthy();
});

test('what was not sent says why and can be tried again', async () => {
  const failed = replyFixture('r1', { state: 'failed', error: 'The mailbox of ada@example.com is full. Ask her to make room.' });
  const { posts, user } = open(sourceFixture(), [failed]);
  expect((await screen.findByRole('alert')).textContent).toContain('Ask her to make room.');
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(posts).toEqual([['retry', null]]));
});

test('where the channel takes no replies there is no box, and the cure is named', async () => {
  open(sourceFixture({ enabled: false }));
  expect(await screen.findByText(/support\/mail takes no replies\. Set spec\.reply\.enabled/)).toBeTruthy();
  expect(screen.queryByRole('textbox')).toBeNull();
});

test('what was said around the task is nobody to reply to', () => {
  const found = addressees(detail.messages, new Set(['task-1']), [sourceFixture()]);
  expect(found.map(({ message }) => message.id)).toEqual(['m1']);
});
