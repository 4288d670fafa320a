import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';

import { MessageDetail } from '@/features/messages/message-detail';
import type { Message, MessageCorrection, Task } from '@/shared/api/types';

import { renderPage } from '../support/render';
import { server } from '../support/server';
import { taskApi, taskFixture } from '../support/tasks';

const source = { id: 's', namespace: 'default', name: 'inbox', kind: 'webhook' as const };
const verdict = { actionable: false, priority: 'low', confidence: 0.6, reason: 'Chat.', provider: 'embedded', language: 'en' };
const ref = ({ id, number, title, status }: Task) => ({ id, number, title, status });

/** A message whose word from a person is kept as the API keeps it: a task is made, or the task is declined. */
function openMessage(task: Task | null) {
  const api = taskApi(task ? [task] : []);
  const words: string[] = [];
  const shown = () => ({
    id: 'm1', source, external_id: 'x', sender: { name: 'Ada', address: '' }, subject: null, text: 'It is broken', url: null,
    sent_at: '2026-01-01T00:00:00Z', received_at: '2026-01-01T00:00:00Z', state: api.tasks[0] ? 'task' : 'ignored',
    state_reason: null, conversation_id: null, task: api.tasks[0] ? ref(api.tasks[0]) : null,
    verdict: { ...verdict, category: 'noise' }, attempts: 1, last_error: null, trace_id: '', raw: '', raw_encoding: 'text', attachments: [],
  }) as unknown as Message;
  server.use(
    http.get('*/api/messages/m1', () => HttpResponse.json(shown())),
    http.post('*/api/messages/m1/correction', async ({ request }) => {
      const { category } = (await request.json()) as MessageCorrection;
      words.push(category);
      const [first] = api.tasks;
      if (!first) api.tasks.push(taskFixture(41, { status: 'todo', category }));
      else Object.assign(first, { category, status: 'declined', version: first.version + 1 });
      return HttpResponse.json(shown());
    }),
    ...api.handlers,
  );
  renderPage(() => <MessageDetail id="m1" />, '/messages');
  return { api, words, user: userEvent.setup() };
}

const note = (text: string) => within(screen.getByRole('status')).findByText(text);

test('an ignored message becomes a task by two keys, and declined again by undo', async () => {
  const { api, words, user } = openMessage(null);
  await screen.findByRole('button', { name: /This is a task/ });
  await user.keyboard('cb');
  expect(await note('Now task #41')).toBeTruthy();
  expect(await screen.findByRole('link', { name: /#41/ })).toBeTruthy();
  await user.keyboard('u');
  await waitFor(() => expect(words).toEqual(['bug', 'noise']));
  expect(api.tasks[0]?.status).toBe('declined');
});

test('a message that made a task is noise by one key; undo brings category and status back', async () => {
  const { api, words, user } = openMessage(taskFixture(12, { category: 'question' }));
  await screen.findByRole('button', { name: /Not a task/ });
  await user.keyboard('n');
  expect(await note('#12 is not a task: declined')).toBeTruthy();
  await user.keyboard('u');
  await waitFor(() => expect(api.patches.map(({ patch }) => patch)).toEqual([{ category: 'question', status: 'triage' }]));
  expect(words).toEqual(['noise']);
});
