import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';

import { StatisticsPage } from '@/features/statistics/statistics-page';
import type { Statistics } from '@/shared/api/types';

import { renderPage } from '../support/render';
import { server } from '../support/server';

const pair = (now: number, before: number) => ({ now, before });
const times = (count: number, median: number | null) => ({ count, median, p90: median });
const step = (day: string, messages: number, open: number) => ({
  from: day, to: day, messages: pair(messages, 1), tasks: 2, closed: 1, open, cost_micros: 0,
});

const found: Statistics = {
  period: { from: '2026-01-02', to: '2026-01-03' },
  before: { from: '2025-12-31', to: '2026-01-01' },
  unit: 'day',
  messages: pair(30, 20),
  tasks: pair(4, 0),
  done: pair(2, 4),
  by_source: [{ source: 'support/mail', messages: pair(30, 20), tasks: pair(4, 0) }],
  by_category: [{ category: 'bug', tasks: pair(3, 1) }],
  by_priority: [{ priority: 'urgent', tasks: pair(1, 1) }],
  speeds: {
    judged: { now: times(30, 0.4), before: times(20, 0.2) },
    decided: { now: times(0, null), before: times(0, null) },
    replied: { now: times(1, 90), before: times(0, null) },
    finished: { now: times(2, 7200), before: times(4, 3600) },
  },
  quality: { reviewed: pair(4, 0), right: pair(3, 0), corrections: pair(1, 0) },
  models: [{ provider: 'embedded', model: 'v1', verdicts: pair(30, 20), tokens_in: 0, tokens_out: 0, cost_micros: pair(0, 0), latency: times(30, 0.02) }],
  over_time: [step('2026-01-02', 10, 5), step('2026-01-03', 20, 6)],
  load: [{ member: { id: 'ann', name: 'Ann Lee' }, todo: 2, in_progress: 1, overdue: 1, done: pair(2, 4) }],
};

/** Answers, and keeps what was asked. */
function answering(answer: Statistics): string[] {
  const asked: string[] = [];
  server.use(
    http.get('*/api/statistics', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json(answer);
    }),
  );
  return asked;
}

const hrefOf = (link: HTMLElement) => decodeURIComponent((link.getAttribute('href') ?? '').replaceAll('+', ' '));
const renderStatistics = (at: string) => renderPage(StatisticsPage, '/statistics', at);

test('each figure stands beside the one before and leads to its list', async () => {
  answering(found);
  renderStatistics('/statistics?from=2026-01-02&to=2026-01-03');
  const totals = await screen.findByRole('region', { name: 'In total' });
  expect(within(totals).getByText('before 20 · +50%')).toBeTruthy();
  expect(within(totals).getByText('before 4 · −50%')).toBeTruthy();
  expect(hrefOf(within(totals).getByRole('link', { name: '30' }))).toBe('/messages?from=2026-01-02&to=2026-01-03');
  expect(hrefOf(screen.getByRole('link', { name: 'Bug: 3' }))).toBe('/tasks?filter=category:bug created:2026-01-02..2026-01-03');
  expect(hrefOf(screen.getByRole('link', { name: 'Ann Lee, Overdue: 1' }))).toBe('/tasks?filter=assignee:"Ann Lee" is:overdue');
  expect(hrefOf(screen.getByRole('link', { name: 'Done: 2' }))).toBe('/tasks?filter=status:done closed:2026-01-02..2026-01-03');
});

test('every chart says in words and in a table what it shows', async () => {
  answering(found);
  renderStatistics('/statistics');
  await screen.findByRole('img', { name: 'Volume over time: 30 messages, 4 new tasks; 20 messages in the period before.' });
  expect(screen.getByRole('img', { name: 'Open tasks over time: 4 at first, 6 at last.' })).toBeTruthy();
  const [volume] = screen.getAllByText('The same as a table');
  const table = volume?.closest('figure')?.querySelector('table');
  expect(table?.textContent).toContain('20');
});

test('a period is chosen by its length or by its days', async () => {
  const asked = answering(found);
  const { router } = renderStatistics('/statistics?from=2026-01-02&to=2026-01-03');
  await screen.findByRole('region', { name: 'In total' });
  expect(asked).toEqual(['?from=2026-01-02&to=2026-01-03']);
  await userEvent.click(screen.getByRole('button', { name: '7 days' }));
  await expect.poll((): unknown => router.state.location.search).toEqual({ days: '7' });
  await expect.poll(() => asked.length).toBe(2);
});

test('nothing yet says what will be here', async () => {
  answering({ ...found, messages: pair(0, 0), tasks: pair(0, 0), done: pair(0, 0), load: [] });
  renderStatistics('/statistics');
  expect(await screen.findByText('Nothing to count yet')).toBeTruthy();
});
