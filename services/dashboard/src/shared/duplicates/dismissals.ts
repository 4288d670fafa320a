/**
 * "Not the same", with a way back although the API has none: the word is held back while the note with Undo is on the
 * screen, and goes out when that leaves or the page is left. Screens hide what is dismissed here at once.
 */
import { useSyncExternalStore } from 'react';

import { dismissDuplicate } from '@/shared/api/tasks';
import type { TaskRef } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { NOTE_MS, toast } from '@/shared/ui/toast-store';
import { offerUndo } from '@/shared/undo/offer-undo';

type Pair = Pick<TaskRef, 'id' | 'number'>;

const waiting = new Map<string, (leaving: boolean) => void>();
const listeners = new Set<() => void>();
let dismissed: ReadonlySet<string> = new Set();

const keyOf = (one: string, other: string) => [one, other].sort().join(' ');

function set(next: ReadonlySet<string>): void {
  dismissed = next;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const without = (key: string) => new Set([...dismissed].filter((item) => item !== key));

/** Hides the proposal now and tells the API soon. */
export function dismissProposal(task: Pair, other: Pair): void {
  const key = keyOf(task.id, other.id);
  if (dismissed.has(key)) return;
  const send = (leaving: boolean) => {
    clearTimeout(timer);
    waiting.delete(key);
    offer.forget();
    dismissDuplicate(task.id, other.id, leaving).catch((error: unknown) => {
      set(without(key));
      toast({ tone: 'problem', title: t('duplicate.notDismissed', { number: other.number }), detail: explain(error) });
    });
  };
  const title = t('duplicate.dismissed', { number: task.number, other: other.number });
  const offer = offerUndo({ title }, () => {
    clearTimeout(timer);
    waiting.delete(key);
    set(without(key));
  });
  const timer = setTimeout(() => send(false), NOTE_MS);
  waiting.set(key, send);
  set(new Set([...dismissed, key]));
}

/** Sends what still waits. */
export function flushDismissals(): void {
  for (const send of [...waiting.values()]) send(true);
}

window.addEventListener('pagehide', flushDismissals);

/** Gives whether a pair is dismissed, as far as this screen knows. */
export function useIsDismissed(): (one: string, other: string) => boolean {
  const current = useSyncExternalStore(subscribe, () => dismissed);
  return (one, other) => current.has(keyOf(one, other));
}
