import { describe, expect, it } from 'vitest';

import { isDark, readLaunch } from '@/shared/telegram/mini-app';

const initData = 'query_id=AA&user=%7B%22id%22%3A7%7D&auth_date=1790000000&hash=ab';

describe('readLaunch', () => {
  it('gives the signed data as it came, and the colours', () => {
    const theme = JSON.stringify({ bg_color: '#17212b' });
    const hash = `#tgWebAppData=${encodeURIComponent(initData)}&tgWebAppVersion=9.1&tgWebAppThemeParams=${encodeURIComponent(theme)}`;
    expect(readLaunch(hash)).toEqual({ initData, dark: true });
  });

  it('is nothing outside of Telegram', () => {
    expect(readLaunch('')).toBeNull();
    expect(readLaunch('#main')).toBeNull();
  });
});

describe('isDark', () => {
  it.each([
    [{ bg_color: '#ffffff' }, false],
    [{ bg_color: '#000000' }, true],
    [{ bg_color: 'url(x)' }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('of %j is %s', (params, dark) => {
    expect(isDark(params)).toBe(dark);
  });
});
