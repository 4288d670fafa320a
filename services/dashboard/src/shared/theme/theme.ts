/** Light, dark, or what the system says; `public/theme.js` applies it before the first paint with the same key. */
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'system';

const STORAGE_KEY = 'tracker.theme';
const chromeColor = { light: '#f6f6f8', dark: '#0d0e11' } as const;
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

let current = stored();
/** What the app around the page wants, where there is one; it stands for the system. */
let hostDark: boolean | undefined;

function stored(): Theme {
  try {
    const value = localStorage.getItem(STORAGE_KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

function apply(): void {
  const shown = current === 'system' ? ((hostDark ?? systemDark.matches) ? 'dark' : 'light') : current;
  document.documentElement.dataset.theme = shown;
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', chromeColor[shown]);
  listeners.forEach((listener) => listener());
}

systemDark.addEventListener('change', apply);
apply();

/** Follows the app that the page is inside of, unless one has chosen a theme; undefined follows the system again. */
export function followHost(dark: boolean | undefined): void {
  hostDark = dark;
  apply();
}

export function setTheme(theme: Theme): void {
  current = theme;
  try {
    localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    /* Private windows may forbid it; the choice then lasts until the page is closed. */
  }
  apply();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
