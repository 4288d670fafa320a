/** "5 min. ago" that stays true: one clock for all of them, ticking twice a minute. */
import { useSyncExternalStore } from 'react';

import { formatFull, formatRelative } from '@/shared/i18n/dates';

const TICK_MS = 30_000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    listeners.forEach((notify) => notify());
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function RelativeTime({ at, className }: { at: string; className?: string }) {
  const current = useNow();
  return (
    <time dateTime={at} title={formatFull(at)} className={className}>
      {formatRelative(at, Math.max(current, Date.parse(at)))}
    </time>
  );
}
