/** Which queries an event makes old. */
import type { QueryKey } from '@tanstack/react-query';

import { keys } from '@/shared/api/keys';
import type { TrackerEvent } from '@/shared/api/types';

const byArea: Record<string, readonly QueryKey[]> = {
  message: [keys.messages, keys.ledger, keys.sources],
  task: [keys.tasks],
  comment: [keys.tasks],
  reply: [keys.tasks],
  correction: [keys.tasks, keys.accuracy],
  duplicate: [keys.tasks],
  lesson: [keys.accuracy],
  dead_letter: [keys.deadLetters, keys.messages, keys.ledger],
  source: [keys.sources, keys.ledger],
  member: [keys.members],
  view: [keys.views],
};

/** What one verb of an area concerns besides: a message that joins a task is shown there. */
const byVerb: Record<string, readonly QueryKey[]> = {
  'message.joined': [keys.tasks],
  'message.dead': [keys.deadLetters],
  'message.recorded': [keys.deadLetters],
  'message.retriaged': [keys.deadLetters],
  'source.deleted': [keys.messages, keys.tasks, keys.deadLetters],
};

/** Gives the keys of all queries that these events concern; unknown verbs concern none. */
export function keysOf(events: readonly TrackerEvent[]): QueryKey[] {
  const verbs = [...new Set(events.map((event) => event.verb))];
  const areas = new Set(verbs.map((verb) => verb.split('.', 1)[0] ?? ''));
  return [...new Set([...[...areas].flatMap((area) => byArea[area] ?? []), ...verbs.flatMap((verb) => byVerb[verb] ?? [])])];
}
