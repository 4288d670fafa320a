import { expect, test } from 'vitest';

import { safeNext } from '@/features/login/safe-next';

test.each([
  [undefined, '/'],
  ['/board', '/board'],
  ['/messages?state=dead', '/messages?state=dead'],
  ['https://evil.example', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/login?token=x', '/'],
])('after signing in, %s leads to %s', (next, expected) => {
  expect(safeNext(next)).toBe(expected);
});
