import { expect, test } from 'vitest';

import { safeNext } from '@/features/login/safe-next';

test.each([
  [undefined, '/inbox'],
  ['/board', '/board'],
  ['/messages?state=dead', '/messages?state=dead'],
  ['https://evil.example', '/inbox'],
  ['//evil.example', '/inbox'],
  ['/\\evil.example', '/inbox'],
  ['/login?token=x', '/inbox'],
])('after signing in, %s leads to %s', (next, expected) => {
  expect(safeNext(next)).toBe(expected);
});
