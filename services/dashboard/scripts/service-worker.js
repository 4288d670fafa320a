/**
 * Keeps the shell of one build: its page and the scripts and styles that the page names. What the API says is never kept.
 *
 * A page is asked for over the network first, so that nobody sees an old one; without a network the kept one stands in. A
 * new build has a new list below (`vite.config.ts` writes it) and thereby a new worker, which keeps its own files and drops
 * those of the builds before when no page of them is open any more: an open page can still load the rest of itself.
 */
/* global BUILD, FILES */
const PAGE = '/';
const BESIDE_IT = ['/theme.js', '/icon.svg'];

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(forgetOthers()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request));
  else if (BESIDE_IT.includes(url.pathname)) event.respondWith(newest(request, url.pathname));
  else if (request.mode === 'navigate' && !/^\/(api|webhook|metrics)(\/|$)/.test(url.pathname)) event.respondWith(newest(request, PAGE));
});

async function keep() {
  const cache = await caches.open(BUILD);
  await cache.addAll([PAGE, ...BESIDE_IT].map((path) => new Request(path, { cache: 'reload' })).concat(FILES));
}

async function forgetOthers() {
  const builds = await caches.keys();
  await Promise.all(builds.filter((build) => build !== BUILD).map((build) => caches.delete(build)));
}

/** A name with a hash never changes what it means. */
async function asset(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function newest(request, path) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(path, { cacheName: BUILD });
    if (kept) return kept;
    throw error;
  }
}
