/** Whom a reply can go to: those whose messages the task comes from, where their channel takes replies. */
import type { Message, Source } from '@/shared/api/types';

export type Addressee = { message: Message; source: Source };

/** The newest message first. `own` are the tasks whose messages are the task's own. */
export function addressees(messages: readonly Message[], own: ReadonlySet<string>, sources: readonly Source[]): Addressee[] {
  return messages.toReversed().flatMap((message) => {
    const source = sources.find(({ id }) => id === message.source.id);
    return own.has(message.task?.id ?? '') && source?.reply.enabled ? [{ message, source }] : [];
  });
}
