/** The reader's language: the one chosen on this device, else the first of the browser's that there is a catalogue for. */

export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;
/** How each one writes dates and numbers. */
export const locales: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

const STORAGE_KEY = 'tracker.language';
const isLanguage = (code: string | null | undefined): code is Language => code != null && Object.hasOwn(languages, code);

function stored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

/** For the life of the page: texts, dates and numbers of two languages never stand side by side. */
export const language: Language = [stored(), ...navigator.languages.map((tag) => tag.split('-')[0])].find(isLanguage) ?? 'en';

/** Keeps the choice on this device and starts the page anew in it. */
export function setLanguage(chosen: Language): void {
  if (chosen === language) return;
  try {
    localStorage.setItem(STORAGE_KEY, chosen);
  } catch {
    return; // Where nothing can be kept, the browser's language stays.
  }
  location.reload();
}
