/** Queries and calls about replies: what goes back into the channel. Notes of the team are comments, in `tasks.ts`. */
import { queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { keys } from './keys';
import type { Page, Reply } from './types';

/** While one is on its way; a channel that is tried again makes no event. */
const LOOK_AGAIN_MS = 4_000;

export const taskRepliesQuery = (taskId: string) =>
  queryOptions({
    queryKey: keys.taskReplies(taskId),
    queryFn: ({ signal }) => api<Page<Reply>>(`/tasks/${taskId}/replies`, { query: { limit: 100 }, signal }),
    refetchInterval: ({ state }) => (state.data?.items.some((reply) => reply.state === 'queued') ? LOOK_AGAIN_MS : false),
  });

export const sendReply = (taskId: string, draft: { body: string; message_id: string }) =>
  api<Reply>(`/tasks/${taskId}/replies`, { method: 'POST', body: draft });

export const approveReply = (id: string) => api<Reply>(`/replies/${id}/approve`, { method: 'POST' });

export const rejectReply = (id: string, reason: string) =>
  api<Reply>(`/replies/${id}/reject`, { method: 'POST', body: { reason } });

export const retryReply = (id: string) => api<Reply>(`/replies/${id}/retry`, { method: 'POST' });
