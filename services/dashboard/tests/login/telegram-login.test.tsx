/** A page that a bot's button has opened signs in with what Telegram says, or explains why it cannot. */
import { screen, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';

import { renderPage } from '../support/render';
import { server } from '../support/server';

const initData = 'user=%7B%22id%22%3A7%7D&auth_date=1790000000&hash=ab';
const dark = encodeURIComponent(JSON.stringify({ bg_color: '#17212b' }));

/** Opens the page as Telegram does: what it says is in the address before any script runs. */
async function open() {
  location.hash = `tgWebAppData=${encodeURIComponent(initData)}&tgWebAppThemeParams=${dark}`;
  vi.resetModules();
  const { LoginPage } = await import('@/features/login/login-page');
  return renderPage(LoginPage, '/login', '/login?telegram=support%2Ftelegram&next=%2Ftasks%2F12');
}

beforeEach(() => {
  location.hash = '';
});

test('a member is signed in and sees the task that the button names', async () => {
  const sent: unknown[] = [];
  server.use(
    http.post('*/api/login/telegram', async ({ request }) => {
      sent.push(await request.json());
      return new HttpResponse(null, { status: 204 });
    }),
  );
  await open();
  await screen.findByText('task page');
  expect(sent).toEqual([{ source: 'support/telegram', init_data: initData, zone: expect.any(String) as string }]);
  expect(document.documentElement.dataset.theme).toBe('dark');
});

test('who is linked with nobody reads why, and what to do', async () => {
  const problem = { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'Oleg is no member here.', cure: 'Get your link.' };
  server.use(http.post('*/api/login/telegram', () => HttpResponse.json(problem, { status: 403 })));
  await open();
  await waitFor(() => expect(screen.getByRole('alert').textContent).toBe('Oleg is no member here. Get your link.'));
});
