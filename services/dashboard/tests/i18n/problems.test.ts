/** What the API says in English has its German: each title of its errors, and what validators say of a field. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { fieldMessages, titles } from '@/shared/i18n/de/problems';

const python = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));

it('has each title of the errors that the API can answer with', () => {
  const sources = [...python('../core/src/tracker_core'), ...python('../api/src/tracker_api')];
  const found = new Set(sources.flatMap((source) => [...source.matchAll(/^ {4}title(?:: ClassVar\[str\])? = "([^"]+)"/gm)].map((match) => match[1] ?? '')));
  expect(found.size).toBeGreaterThan(10);
  expect([...found].filter((title) => !titles[title])).toEqual([]);
});

it('keeps what the sentence of a validator says', () => {
  const german = (english: string) => {
    const known = fieldMessages.find(([pattern]) => pattern.test(english));
    return known && english.replace(...known);
  };
  expect(german('String should have at most 63 characters')).toBe('Höchstens 63 Zeichen');
  expect(german("Input should be 'implicit' or 'starttls'")).toBe("Muss eines davon sein: 'implicit', 'starttls'");
  expect(german('Something new')).toBeUndefined();
});
