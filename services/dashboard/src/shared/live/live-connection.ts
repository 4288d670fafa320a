/** Runs `reduceLive` on a real WebSocket: one socket, one timer, and nothing left behind by `stop`. */
import type { TrackerEvent } from '@/shared/api/types';

import { parseFrame } from './frames';
import { initialLive, reduceLive, type LiveEffect, type LiveInput, type LiveState } from './live-state';

/** The API pings more often; after this much silence the socket is taken for dead, whatever TCP believes. */
const SILENCE_MS = 60_000;

export type LiveHandlers = {
  onEvents: (events: TrackerEvent[]) => void;
  onCatchUp: () => void;
  onHealth: () => void;
  onState: (state: LiveState) => void;
};

export type LiveConnection = { retry: () => void; stop: () => void };

export function connectLive(url: string, { onEvents, onCatchUp, onHealth, onState }: LiveHandlers): LiveConnection {
  let state = initialLive;
  let socket: WebSocket | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  function send(input: LiveInput): void {
    if (stopped) return;
    const [next, effects] = reduceLive(state, input, Math.random());
    const changed = next.phase !== state.phase;
    state = next;
    if (changed) onState(state);
    effects.forEach(run);
  }

  function run(effect: LiveEffect): void {
    switch (effect.type) {
      case 'connect':
        return open(effect.since);
      case 'wait':
        waiting = setTimeout(() => send({ type: 'retry' }), effect.ms);
        return;
      case 'events':
        return onEvents(effect.events);
      case 'health':
        return onHealth();
      case 'catchUp':
        return onCatchUp();
    }
  }

  function drop(): void {
    clearTimeout(silence);
    const old = socket;
    socket = null;
    old?.close();
  }

  function listen(): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      drop();
      send({ type: 'closed' });
    }, SILENCE_MS);
  }

  function open(since: number | null): void {
    const current = new WebSocket(since === null ? url : `${url}?since=${since}`);
    socket = current;
    listen();
    current.onmessage = ({ data }) => {
      if (socket !== current) return;
      listen();
      const frame = typeof data === 'string' ? parseFrame(data) : null;
      if (frame) send({ type: 'frame', frame });
    };
    current.onclose = () => {
      if (socket !== current) return;
      drop();
      send({ type: 'closed' });
    };
  }

  function retry(): void {
    clearTimeout(waiting);
    send({ type: 'retry' });
  }

  // A laptop that wakes up, a phone that finds its network: do not sit out the rest of the wait.
  window.addEventListener('online', retry);
  open(null);

  return {
    retry,
    stop() {
      stopped = true;
      clearTimeout(waiting);
      window.removeEventListener('online', retry);
      drop();
    },
  };
}
