import { ws } from 'msw';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

import type { TrackerEvent } from '@/shared/api/types';
import { connectLive } from '@/shared/live/live-connection';

import { server } from '../support/server';

const url = 'ws://localhost:3000/ws';
const link = ws.link(url);
const event = (id: number) => ({ id, verb: 'task.created' }) as TrackerEvent;

describe('live connection over a WebSocket', () => {
  test('a server that drops the socket is asked for what was missed, once each and in order', async () => {
    const asked: (string | null)[] = [];
    server.use(
      link.addEventListener('connection', ({ client }) => {
        const since = new URL(client.url).searchParams.get('since');
        asked.push(since);
        const send = (frame: unknown) => client.send(JSON.stringify(frame));
        send({ type: 'hello', seq: since === null ? 10 : 13 });
        if (since === null) {
          send({ type: 'events', seq: 11, events: [event(1)] });
          // A turn later: a close in the same one would overtake the frames in this mock, as it never does on a wire.
          setTimeout(() => client.close());
        } else {
          send({ type: 'events', seq: 12, events: [event(2)] });
          send({ type: 'events', seq: 13, events: [event(3)] });
        }
      }),
    );
    const got: number[] = [];
    const phases: string[] = [];
    const live = connectLive(url, {
      onEvents: (events) => got.push(...events.map(({ id }) => id)),
      onCatchUp: () => undefined,
      onHealth: () => undefined,
      onState: ({ phase }) => phases.push(phase),
    });
    onTestFinished(() => live.stop());

    await vi.waitFor(() => expect(got).toEqual([1, 2, 3]), { timeout: 3000 });
    expect(asked).toEqual([null, '11']);
    expect(phases).toEqual(['open', 'waiting', 'connecting', 'open']);
  });

  test('a frame of a kind that this version does not know is passed over', async () => {
    server.use(
      link.addEventListener('connection', ({ client }) => {
        client.send('{"type":"hello","seq":1}');
        client.send('{"type":"presence","who":["ada"]}');
        client.send('no json at all');
        client.send(JSON.stringify({ type: 'events', seq: 2, events: [event(7)] }));
      }),
    );
    const got: number[] = [];
    const live = connectLive(url, {
      onEvents: (events) => got.push(...events.map(({ id }) => id)),
      onCatchUp: () => undefined,
      onHealth: () => undefined,
      onState: () => undefined,
    });
    onTestFinished(() => live.stop());
    await vi.waitFor(() => expect(got).toEqual([7]));
  });
});
