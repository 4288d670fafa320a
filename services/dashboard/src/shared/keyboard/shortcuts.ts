/**
 * Single-key shortcuts: screens register what they offer while they are shown, one listener dispatches, and the help (`?`)
 * lists exactly what works right now. They rest while somebody types or a dialog or menu is open, and can be switched off
 * (WCAG 2.1.4), because speech input "presses" letters.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';

import type { MessageKey } from '@/shared/i18n/translate';

export type Shortcut = {
  /** One key (`j`, `Enter`, `?`), a chord (`mod+k`, `shift+j`) or two keys in a row (`g i`). */
  keys: string;
  label: MessageKey;
  run: () => void;
  /** Works on, but the help does not list it. */
  hidden?: boolean;
  /** A chord that also works in fields and over dialogs. */
  always?: boolean;
};
type Group = { id: symbol; title: MessageKey; shortcuts: readonly Shortcut[]; /** Of the shell, not of a page. */ base: boolean };

const SEQUENCE_MS = 1_000;
/** What is closing already takes no keys: the next one may come before it has left. */
const OVERLAYS = ['dialog', 'alertdialog', 'menu', 'listbox'].map((role) => `[role="${role}"][data-state="open"]`).join();
const STORAGE_KEY = 'tracker.shortcuts';

let groups: readonly Group[] = [];
let enabled = readEnabled();
let prefix = '';
let prefixTimer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function readEnabled(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== 'off';
  } catch {
    return true;
  }
}

function changed(): void {
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** True when the key belongs to a field, an open dialog or a menu. */
function taken(target: EventTarget | null): boolean {
  if (target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]')) return true;
  return document.querySelector(OVERLAYS) !== null;
}

function find(keys: string): Shortcut | undefined {
  return groups.toReversed().flatMap((group) => group.shortcuts).find((shortcut) => shortcut.keys === keys);
}

function startsSequence(key: string): boolean {
  return groups.some((group) => group.shortcuts.some((shortcut) => shortcut.keys.startsWith(`${key} `)));
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const mod = event.metaKey || event.ctrlKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (mod) {
    // With Shift it is another chord, and fields have their own undo.
    const chord = event.shiftKey ? undefined : find(`mod+${key}`);
    if (!chord || (!chord.always && taken(event.target))) return;
    event.preventDefault();
    return chord.run();
  }
  if (!enabled || taken(event.target)) return;
  const sequence = prefix === '' ? key : `${prefix} ${key}`;
  clearTimeout(prefixTimer);
  const shortcut = (event.shiftKey ? find(`shift+${key}`) : undefined) ?? find(sequence) ?? (prefix === '' ? undefined : find(key));
  prefix = '';
  if (shortcut) {
    event.preventDefault();
    return shortcut.run();
  }
  if (startsSequence(key)) {
    prefix = key;
    prefixTimer = setTimeout(() => (prefix = ''), SEQUENCE_MS);
  }
}

/** Starts listening; the returned function ends it. */
export function listenToShortcuts(): () => void {
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}

/** Offers shortcuts while the component is on the screen; those of the shell (`base`) give way to a page's. */
export function useShortcuts(title: MessageKey, shortcuts: readonly Shortcut[], base = false): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const signature = shortcuts.map((shortcut) => `${shortcut.keys}=${shortcut.label}`).join('\n');
  useEffect(() => {
    const id = Symbol(title);
    const stable = latest.current.map((shortcut) => ({
      ...shortcut,
      run: () => latest.current.find((item) => item.keys === shortcut.keys)?.run(),
    }));
    const group = { id, title, shortcuts: stable, base };
    groups = base ? [group, ...groups] : [...groups, group];
    changed();
    return () => {
      groups = groups.filter((group) => group.id !== id);
      changed();
    };
  }, [title, signature, base]);
}

export const useShortcutGroups = () => useSyncExternalStore(subscribe, () => groups);

export const useShortcutsEnabled = () => useSyncExternalStore(subscribe, () => enabled);

export function setShortcutsEnabled(value: boolean): void {
  enabled = value;
  try {
    localStorage.setItem(STORAGE_KEY, value ? 'on' : 'off');
  } catch {
    /* Lasts until the page is closed. */
  }
  changed();
}
