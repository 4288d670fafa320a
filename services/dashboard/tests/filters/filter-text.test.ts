import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { fields, readFilter, toggled, valuesOf, withValues, without, writeAsking, writeFilter, type Asking } from '@/shared/filters/filter-text';

type Case = { text: string; askings: Asking[]; words: string };
const cases = JSON.parse(readFileSync('../../tests/api/filter_cases.json', 'utf8')) as { read: Case[]; refused: string[] };

describe('the language is that of the API', () => {
  test.each(cases.read)('$text', ({ text, askings, words }) => {
    expect(readFilter(text)).toEqual({ askings, words, refused: false });
  });
  test.each(cases.refused)('%s is refused', (text) => {
    expect(readFilter(text).refused).toBe(true);
  });
});

const value = fc.stringMatching(/^[\p{L}\d/_][\p{L}\d ,/_-]{0,10}[\p{L}\d/_]$/u);
const asking: fc.Arbitrary<Asking> = fc.record({
  field: fc.constantFrom(...fields),
  comparison: fc.constantFrom('', '<', '<=', '>', '>='),
  values: fc.array(value, { minLength: 1, maxLength: 3 }),
  negated: fc.boolean(),
});
const words = fc.array(fc.stringMatching(/^[\p{L}\d#]{1,8}$/u), { maxLength: 3 }).map((list) => list.join(' '));

test('what is written reads as it was', () => {
  fc.assert(
    fc.property(fc.array(asking, { maxLength: 4 }), words, (askings, said) => {
      expect(readFilter(writeFilter({ askings, words: said }))).toEqual({ askings, words: said, refused: false });
    }),
  );
});

test('any text is read without an error, and what was read and written once stays the same', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      const once = writeFilter(readFilter(text));
      expect(writeFilter(readFilter(once))).toBe(once);
    }),
  );
});

test('a click puts a value in, and the same click takes it out', () => {
  fc.assert(
    fc.property(fc.array(asking, { maxLength: 3 }), words, value, (askings, said, chosen) => {
      const filter = writeFilter({ askings: askings.filter(({ field }) => field !== 'label'), words: said });
      const narrowed = toggled(filter, 'label', chosen);
      expect(valuesOf(narrowed, 'label')).toEqual([chosen]);
      expect(toggled(narrowed, 'label', chosen)).toBe(filter);
    }),
  );
});

test('a field is narrowed in its place, and everything else stays', () => {
  expect(withValues('status:open priority:>=high export', 'priority', ['low'])).toBe('status:open priority:low export');
  expect(withValues('status:open -priority:low', 'priority', ['high'])).toBe('status:open -priority:low priority:high');
  expect(withValues('due:<7d', 'due', [])).toBe('');
  expect(without('status:open due:<7d late', 0)).toBe('due:<7d late');
  expect(writeAsking({ field: 'label', comparison: '', values: ['needs info', 'ui'], negated: true })).toBe('-label:"needs info",ui');
  expect(withValues('', 'label', ['//a'])).toBe('label:"//a"');
});
