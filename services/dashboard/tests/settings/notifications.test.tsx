import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';

import { Notifications } from '@/features/settings/notifications';

import { renderPage } from '../support/render';
import { server } from '../support/server';

const settings = {
  assigned: true,
  due: true,
  mentioned: true,
  approval: false,
  quiet_from: null,
  quiet_until: null,
  zone: 'Europe/Berlin',
  zone_is_set: false,
  paused: false,
  paused_reason: null,
  linked: false,
};

test.each([
  ['https://t.me/bot?start=abc', 'https://t.me/bot?start=abc'],
  [null, '/start abc'],
])('who is not linked gets what leads into Telegram, once it is asked for (%s)', async (url, shown) => {
  server.use(
    http.get('*/api/me/notifications', () => HttpResponse.json(settings)),
    http.post('*/api/me/identities/codes', () => HttpResponse.json({ code: 'abc', url, expires_at: '2026-12-01T12:00:00Z' })),
  );
  renderPage(Notifications, '/settings');
  expect(await screen.findByText('You are not linked with Telegram yet.')).toBeTruthy();
  expect(screen.queryByText(shown)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Link with Telegram' }));
  expect(await screen.findByText(shown)).toBeTruthy();
});
