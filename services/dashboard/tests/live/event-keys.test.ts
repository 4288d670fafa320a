import { expect, test } from 'vitest';

import { keys } from '@/shared/api/keys';
import type { TrackerEvent } from '@/shared/api/types';
import { keysOf } from '@/shared/live/event-keys';

const event = (verb: string) => ({ verb }) as TrackerEvent;

test('what happens to dead letters and Sources reaches their pages', () => {
  expect(keysOf([event('dead_letter.reopened')])).toContainEqual(keys.deadLetters);
  expect(keysOf([event('message.dead')])).toContainEqual(keys.deadLetters);
  expect(keysOf([event('source.deleted')])).toContainEqual(keys.messages);
  expect(keysOf([event('message.recorded')])).toContainEqual(keys.sources);
  expect(keysOf([event('unknown.verb')])).toEqual([]);
});
