import { locale } from './translate';

const names = new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' });

/** "English" for `en`; what is no language code stays as it is. */
export function languageName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
