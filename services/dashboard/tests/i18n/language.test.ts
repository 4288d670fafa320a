import { afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => vi.resetModules());
afterEach(() => {
  localStorage.clear();
  vi.restoreAllMocks();
});

/** The module as the page has it, anew. */
async function loaded() {
  const translate = await import('@/shared/i18n/translate');
  await translate.loadCatalogue();
  return translate;
}

const browserSpeaks = (...tags: string[]) => vi.spyOn(navigator, 'languages', 'get').mockReturnValue(tags);

it('takes the first language of the browser that there is a catalogue for', async () => {
  browserSpeaks('fr-FR', 'de-AT', 'en-US');
  const { formatNumber, plural, t } = await loaded();
  expect(t('inbox.title')).toBe('Eingang');
  expect(plural('inbox.waiting', 1)).toBe('1 Vorschlag wartet');
  expect(plural('inbox.waiting', 1200)).toBe('1.200 Vorschläge warten');
  expect(formatNumber(1234567)).toBe('1.234.567');
  expect(document.documentElement.lang).toBe('de');
});

it('is English where the browser speaks neither', async () => {
  browserSpeaks('fr-FR');
  const { t } = await loaded();
  expect(t('inbox.title')).toBe('Inbox');
  expect(document.documentElement.lang).toBe('en');
});

it('prefers what was chosen on this device, and what is no language is nothing', async () => {
  browserSpeaks('en-US');
  localStorage.setItem('tracker.language', 'de');
  expect((await import('@/shared/i18n/language')).language).toBe('de');
  vi.resetModules();
  localStorage.setItem('tracker.language', 'toString');
  expect((await import('@/shared/i18n/language')).language).toBe('en');
});

it('writes dates as the language does', async () => {
  browserSpeaks('de-DE');
  const { formatDay, formatRelative } = await import('@/shared/i18n/dates');
  const now = new Date(2026, 4, 13, 12).getTime();
  const ago = (minutes: number) => formatRelative(new Date(now - minutes * 60_000).toISOString(), now);
  expect([ago(0), ago(5), ago(180), ago(1440), ago(4320)]).toEqual(['jetzt', 'vor 5 Min.', 'vor 3 Std.', 'gestern', 'vor 3 Tagen']);
  expect(formatDay(new Date(2025, 2, 3).toISOString(), now)).toBe('3. März 2025');
});
