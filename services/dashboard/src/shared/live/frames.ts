/** The frames of `/ws`, checked before anything believes them. */
import type { TrackerEvent } from '@/shared/api/types';

export type Frame =
  | { type: 'hello'; seq: number }
  | { type: 'events'; seq: number; events: TrackerEvent[] }
  | { type: 'reset'; seq: number }
  | { type: 'ping' }
  /** How a component is has changed; it has no place in the feed. */
  | { type: 'health' };

/** Reads a frame; null for what this version does not know, so that a newer API breaks nothing. */
export function parseFrame(text: string): Frame | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return null;
  const frame = value as { type: unknown; seq?: unknown; events?: unknown };
  if (frame.type === 'ping' || frame.type === 'health') return { type: frame.type };
  if (typeof frame.seq !== 'number') return null;
  if (frame.type === 'hello' || frame.type === 'reset') return { type: frame.type, seq: frame.seq };
  if (frame.type === 'events' && Array.isArray(frame.events)) {
    return { type: 'events', seq: frame.seq, events: frame.events as TrackerEvent[] };
  }
  return null;
}
