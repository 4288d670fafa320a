/** Short notes at the edge of the screen. A store and not a hook, so that mutations can speak without a component. */
import { useSyncExternalStore } from 'react';

export type Toast = {
  id: number;
  title: string;
  detail?: string;
  tone?: 'plain' | 'problem';
  action?: { label: string; hint?: string; run: () => void };
  /** Until a person has answered it. */
  stays?: boolean;
};

const SHOWN = 3;
/** How long a note stays, and with it the offer to take something back. */
export const NOTE_MS = 6_000;
const STAY_MS = { plain: NOTE_MS, problem: 12_000 } as const;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}

export function dismissToast(id: number): void {
  set(toasts.filter((item) => item.id !== id));
}

export function dismissAllToasts(): void {
  set([]);
}

/** Shows a note and gives its id; the oldest gives way when there are too many. */
export function toast(content: Omit<Toast, 'id'>): number {
  const id = nextId++;
  const next = [...toasts, { ...content, id }];
  // What waits for an answer is not pushed out by what only tells.
  while (next.length > SHOWN) next.splice(Math.max(0, next.findIndex((item) => !item.stays)), 1);
  set(next);
  if (!content.stays) setTimeout(() => dismissToast(id), STAY_MS[content.tone ?? 'plain']);
  return id;
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}
