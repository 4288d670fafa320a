/** Other tasks that came out of the same conversation. */
import type { TaskDetail, TaskRef } from '@/shared/api/types';

export function sameConversation({ id, messages, merged }: Pick<TaskDetail, 'id' | 'messages' | 'merged'>): TaskRef[] {
  const known = new Set([id, ...merged.map((task) => task.id)]);
  const found = new Map<string, TaskRef>();
  for (const { task } of messages) if (task && !known.has(task.id)) found.set(task.id, task);
  return [...found.values()].sort((a, b) => a.number - b.number);
}
