/** The shell is kept for when there is no network, and a page that stays open for days hears of a new version. */
import { t } from '@/shared/i18n/translate';
import { toast } from '@/shared/ui/toast-store';

/** Tells that a new version is there; the page that one works on is never taken away. */
function offerReload(): void {
  toast({ title: t('update.title'), action: { label: t('update.reload'), run: () => location.reload() }, stays: true });
}

/** Watches for the worker of a newer build. The first one of all is no news. */
function watch(registration: ServiceWorkerRegistration): void {
  registration.addEventListener('updatefound', () => {
    const next = registration.installing;
    next?.addEventListener('statechange', () => {
      if (next.state === 'installed' && navigator.serviceWorker.controller) offerReload();
    });
  });
  document.addEventListener('visibilitychange', () => {
    // Without a network there is nothing to hear.
    if (document.visibilityState === 'visible') registration.update().catch(() => undefined);
  });
}

export function startServiceWorker(): void {
  // Browsers have none outside of https and localhost, and a private window may refuse it: the page does without.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/service-worker.js').then(watch, () => undefined);
}
