/** Every query key, so that live events and mutations name the same things as the queries. */
import type { Query } from './client';

export const keys = {
  me: ['me'],
  members: ['members'],
  tasks: ['tasks'],
  taskLists: ['tasks', 'list'],
  taskList: (query: Query) => ['tasks', 'list', query] as const,
  taskCounts: ['tasks', 'counts'],
  taskDetails: ['tasks', 'detail'],
  taskDetail: (number: number) => ['tasks', 'detail', number] as const,
  taskById: (id: string) => ['tasks', 'by-id', id] as const,
  taskEvents: (id: string) => ['tasks', 'events', id] as const,
  taskComments: (id: string) => ['tasks', 'comments', id] as const,
  messages: ['messages'],
  messageList: (query: Query) => ['messages', 'list', query] as const,
  message: (id: string) => ['messages', 'detail', id] as const,
  sources: ['sources'],
  ledger: ['ledger'],
  health: ['health'],
  accuracy: ['accuracy'],
} as const;
