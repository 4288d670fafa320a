import { screen } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';

import { Markdown } from '@/shared/markdown/markdown';
import { matching, mentionPattern, typingMention } from '@/shared/mentions/mentions';

import { renderPage } from '../support/render';
import { server } from '../support/server';

async function shown(text: string): Promise<HTMLElement> {
  server.use(http.get('*/api/members', () => HttpResponse.json([{ id: 'a', name: 'Ann Lee', role: 'member', email: null }])));
  renderPage(() => <Markdown text={`**ready** ${text}`} />, '/inbox');
  const box = (await screen.findByText('ready')).closest<HTMLElement>('.markdown');
  if (!box) throw new Error('nothing is rendered');
  return box;
}

test('markup in a text stays text, and a script has no address', async () => {
  const box = await shown('<img src=x onerror=alert(1)> <script>alert(1)</script> [go](javascript:alert(1)) ![pixel](https://evil.example/p.png)');
  expect(box.querySelector('img, script')).toBeNull();
  expect([...box.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual(['', 'https://evil.example/p.png']);
  expect(box.textContent).toContain('<img src=x onerror=alert(1)>');
});

test('lines break where they were broken; lists, tasks and members are shown as what they are', async () => {
  const box = await shown('one\ntwo #12\n\n- [x] done\n\n# Title\n\n@Ann Lee and @Annette, `#13`');
  expect(box.querySelector('br')).not.toBeNull();
  expect(box.querySelector('a[href="/tasks/12"]')?.textContent).toBe('#12');
  expect(box.querySelector('code')?.textContent).toBe('#13');
  expect(box.querySelector('h1')).toBeNull();
  expect((await screen.findByText('@Ann Lee')).tagName).toBe('MARK');
});

test('a mention is found at its whole name only, the longest first', () => {
  const pattern = mentionPattern(['Ann', 'Ann Lee']);
  expect('@Ann Lee, @ann: not @Annette or x@Ann'.match(pattern ?? /$/)).toEqual(['@Ann Lee', '@ann']);
  expect(mentionPattern([])).toBeNull();
});

test('typing @ and a beginning offers the members that it fits, by any word of their name', () => {
  const members = [{ name: 'Ann Lee' }, { name: 'Bob Anders' }, { name: 'Carl' }];
  const at = (text: string) => typingMention(text, text.length);
  expect(at('hello @an')).toEqual({ start: 6, query: 'an' });
  expect(at('mail@an')).toBeNull();
  expect(matching(members, 'an').map(({ name }) => name)).toEqual(['Ann Lee', 'Bob Anders']);
  expect(matching(members, 'ann lee ')).toEqual([]);
});
