import { Monitor, Moon, Sun } from 'lucide-react';

import { t } from '@/shared/i18n/translate';
import { setTheme, useTheme } from '@/shared/theme/theme';

import { Intro } from './frame';

const themes = [
  { value: 'system', icon: Monitor },
  { value: 'light', icon: Sun },
  { value: 'dark', icon: Moon },
] as const;

/** Kept in this browser: a phone at night may want another one than the desk. */
export function Appearance() {
  const theme = useTheme();
  return (
    <>
      <Intro title={t('settings.appearance')} detail={t('appearance.detail')} />
      <fieldset className="grid grid-cols-3 gap-3">
        <legend className="sr-only">{t('theme.title')}</legend>
        {themes.map(({ value, icon: Icon }) => (
          <label
            key={value}
            className="flex flex-col items-center gap-2 rounded-xl border bg-surface px-3 py-5 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input type="radio" name="theme" value={value} checked={theme === value} onChange={() => setTheme(value)} className="sr-only" />
            <Icon aria-hidden="true" className="size-5 text-muted" strokeWidth={1.75} />
            {t(`theme.${value}`)}
          </label>
        ))}
      </fieldset>
    </>
  );
}
