/**
 * Turns a storm of invalidations into a calm rhythm.
 *
 * Keys gather in a set and are refetched together, at most every `PAUSE_MS` and never faster than the API answers: after
 * a refetch that took t, the next waits 2 t. Nothing is refetched while a change is on its way, because the answer would
 * undo on the screen what the person just did; the last change of a row of them lets the refetch go.
 */
import { hashKey, type QueryClient, type QueryKey } from '@tanstack/react-query';

export const PAUSE_MS = 250;

export class Refresher {
  private readonly pending = new Map<string, QueryKey>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private earliest = 0;
  private stopped = false;

  constructor(private readonly client: QueryClient) {}

  /** Marks these queries as old; they are refetched soon, if a screen shows them. */
  refresh(keys: readonly QueryKey[]): void {
    for (const key of keys) this.pending.set(hashKey(key), key);
    this.schedule();
  }

  /** Forgets what is pending and refreshes no more. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.pending.clear();
  }

  private schedule(): void {
    if (this.stopped || this.running || this.timer !== undefined || this.pending.size === 0) return;
    this.timer = setTimeout(() => void this.flush(), Math.max(0, this.earliest - Date.now()));
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    if (this.client.isMutating() > 0) {
      this.earliest = Date.now() + PAUSE_MS;
      this.schedule(); return;
    }
    const keys = [...this.pending.values()];
    this.pending.clear();
    const started = Date.now();
    this.running = true;
    await Promise.allSettled(keys.map((queryKey) => this.client.invalidateQueries({ queryKey })));
    this.running = false;
    this.earliest = Date.now() + Math.max(PAUSE_MS, 2 * (Date.now() - started));
    this.schedule();
  }
}
