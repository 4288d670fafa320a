/** The filters of the page live in its address, so that a view can be linked, bookmarked and gone back to. */
import type { MessageState } from '@/shared/api/types';

export const messageStates = ['task', 'ignored', 'waiting', 'dead'] as const satisfies MessageState[];

export type MessageSearch = { state?: MessageState; source?: string; q?: string; from?: string; to?: string; message?: string };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const day = (value: unknown) => (typeof value === 'string' && DAY.test(value) ? value : undefined);

export function parseMessageSearch(search: Record<string, unknown>): MessageSearch {
  return {
    state: messageStates.find((state) => state === search.state),
    source: text(search.source),
    q: text(search.q),
    from: day(search.from),
    to: day(search.to),
    message: text(search.message),
  };
}
