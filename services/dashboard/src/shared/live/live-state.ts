/**
 * The life of the live connection as a pure function, so that resume can be tested without a network.
 *
 * The cursor moves only with what was delivered: a socket that dies between two frames resumes exactly there. The first
 * `hello` starts it; whatever was fetched before that moment may already be old, so the caller refetches (`catchUp`).
 */
import type { TrackerEvent } from '@/shared/api/types';

import type { Frame } from './frames';

export type LiveState = {
  phase: 'connecting' | 'open' | 'waiting';
  /** Sequence of the last frame seen; null before the first hello. */
  cursor: number | null;
  /** Failed tries since the last time that the connection was open. */
  attempt: number;
};

export type LiveInput =
  | { type: 'frame'; frame: Frame }
  | { type: 'closed' }
  /** The wait is over, the network is back, or a person pressed "retry". */
  | { type: 'retry' };

export type LiveEffect =
  | { type: 'connect'; since: number | null }
  | { type: 'wait'; ms: number }
  | { type: 'events'; events: TrackerEvent[] }
  | { type: 'health' }
  | { type: 'catchUp' };

export const initialLive: LiveState = { phase: 'connecting', cursor: null, attempt: 0 };

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** Doubles from half a second to 15 s; `spread` in [0, 1) keeps a thousand browsers from coming back as one. */
export function backoff(attempt: number, spread: number): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10));
  return Math.round(wait * (0.7 + 0.6 * spread));
}

function onFrame(state: LiveState, frame: Frame): [LiveState, LiveEffect[]] {
  const open: LiveState = { ...state, phase: 'open', attempt: 0 };
  switch (frame.type) {
    case 'ping':
      return [open, []];
    case 'health':
      return [open, [{ type: 'health' }]];
    case 'hello':
      if (state.cursor === null) return [{ ...open, cursor: frame.seq }, [{ type: 'catchUp' }]];
      // A bus that is behind us was made anew: our cursor means nothing there.
      if (frame.seq < state.cursor) return [{ ...open, cursor: frame.seq }, [{ type: 'catchUp' }]];
      return [open, []];
    case 'reset':
      return [{ ...open, cursor: frame.seq }, [{ type: 'catchUp' }]];
    case 'events':
      if (state.cursor !== null && frame.seq <= state.cursor) return [open, []];
      return [{ ...open, cursor: frame.seq }, [{ type: 'events', events: frame.events }]];
  }
}

/** Gives the next state and what the edge has to do. */
export function reduceLive(state: LiveState, input: LiveInput, spread: number): [LiveState, LiveEffect[]] {
  switch (input.type) {
    case 'frame':
      return onFrame(state, input.frame);
    case 'closed':
      if (state.phase === 'waiting') return [state, []];
      return [
        { ...state, phase: 'waiting', attempt: state.attempt + 1 },
        [{ type: 'wait', ms: backoff(state.attempt, spread) }],
      ];
    case 'retry':
      if (state.phase !== 'waiting') return [state, []];
      return [{ ...state, phase: 'connecting' }, [{ type: 'connect', since: state.cursor }]];
  }
}
