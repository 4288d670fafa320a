import { screen, within } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';

import { HealthPage } from '@/features/health/health-page';
import { factsOf } from '@/features/health/part-row';
import type { QueueState, SystemPart, SystemReport } from '@/shared/api/types';

import { renderPage } from '../support/render';
import { server } from '../support/server';

const part = (name: string, more: Partial<SystemPart> = {}): SystemPart => ({
  name, kind: 'process', state: 'ready', detail: '', since: null, seen_at: null, started_at: null, version: '', last_error: null,
  latency_ms: null, bytes: null, limit: null, connections: null, max_connections: null, ...more,
});
const queue = (name: string, more: Partial<QueueState> = {}): QueueState => ({
  name, state: 'ready', problem: null, messages: 0, bytes: 0, limit: 100, oldest_seconds: 0, consumers: [], ...more,
});

function showing(report: Partial<SystemReport>) {
  server.use(http.get('*/api/system', () => HttpResponse.json({ status: 'ok', version: '0.1.0', parts: [], queues: [], ...report })));
  renderPage(HealthPage, '/health');
}

test('a quiet installation says so and alarms nobody', async () => {
  showing({ parts: [part('triage.1'), part('postgres', { kind: 'store' })], queues: [queue('INBOUND')] });
  expect(await screen.findByText('Everything works')).toBeTruthy();
  expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
  expect(within(screen.getByRole('region', { name: 'Storage and bus' })).getByText('Postgres')).toBeTruthy();
});

test('what is wrong comes first, once, with its cure and its runbook', async () => {
  showing({
    status: 'degraded',
    parts: [part('default/mail', { kind: 'source', state: 'degraded', detail: 'The password was refused. Set another' }), part('triage.1')],
    queues: [queue('JOBS', { state: 'degraded', problem: 'old', oldest_seconds: 600, consumers: [{ name: 'triage', waiting: 1200, in_flight: 4, redelivered: 1 }] })],
  });
  const alarms = within(await screen.findByRole('region', { name: 'Needs attention' }));
  expect(alarms.getByText('The password was refused. Set another')).toBeTruthy();
  expect(alarms.getByText(/docs\/runbooks\.md#sourcenotready/)).toBeTruthy();
  expect(alarms.getByText(/docs\/runbooks\.md#queueold/)).toBeTruthy();
  expect(screen.getAllByText('default/mail')).toHaveLength(1);
  const cells = within(screen.getByRole('row', { name: /^Triage/ })).getAllByRole('cell').map((cell) => cell.textContent);
  expect(cells).toEqual(['1,200', '4', '1', '10 mins', '0%']);
});

test('a part that came up well says its age once, and one that recovered says both', () => {
  const now = Date.parse('2026-12-01T12:00:00Z');
  const started = '2026-12-01T09:00:00Z';
  expect(factsOf(part('api.1', { version: '0.1.0', started_at: started, since: started }), now)).toEqual(['Version 0.1.0', 'running for 3 hrs']);
  expect(factsOf(part('api.1', { started_at: started, since: '2026-12-01T11:58:00Z' }), now)).toEqual(['running for 3 hrs', 'ready for 2 mins']);
});
