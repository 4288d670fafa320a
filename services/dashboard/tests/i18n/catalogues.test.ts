/** That no key is missing is the compiler's business; what a text must hold besides is told here. */
import { describe, expect, it } from 'vitest';

import { de } from '@/shared/i18n/de';
import { en } from '@/shared/i18n/en';
import type { MessageKey } from '@/shared/i18n/translate';

const keys = Object.keys(en) as MessageKey[];
const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the German catalogue', () => {
  it('has the holes of the English one', () => {
    expect(Object.fromEntries(keys.map((key) => [key, holes(de[key])]))).toEqual(
      Object.fromEntries(keys.map((key) => [key, holes(en[key])])),
    );
  });

  it('says du', () => {
    expect(keys.filter((key) => /\b(Ihnen|[a-z]+en Sie)\b/.test(de[key]))).toEqual([]);
  });

  it('has no empty text', () => {
    expect(keys.filter((key) => de[key].trim() === '')).toEqual([]);
  });
});
