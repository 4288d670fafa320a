/** Queries and calls about messages. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { keys } from './keys';
import type { Message, MessageCorrection, MessageDetail, MessageState, Page } from './types';

export type MessageFilter = { state?: MessageState; source?: string; q?: string; from?: string; to?: string };

export const messageListQuery = (filter: MessageFilter) =>
  infiniteQueryOptions({
    queryKey: keys.messageList(filter),
    queryFn: ({ pageParam, signal }) =>
      api<Page<Message>>('/messages', { query: { ...filter, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const messageQuery = (id: string) =>
  queryOptions({
    queryKey: keys.message(id),
    queryFn: ({ signal }) => api<MessageDetail>(`/messages/${id}`, { signal }),
  });

export const retriageMessage = (id: string) => api<unknown>(`/messages/${id}/retriage`, { method: 'POST' });

/** Says what a message is: it becomes a task, its task changes, or there is nothing to do. Triage learns from it. */
export const correctMessage = (id: string, correction: MessageCorrection) =>
  api<Message>(`/messages/${id}/correction`, { method: 'POST', body: correction });
