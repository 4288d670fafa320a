/** Where to go after signing in: only an address of this dashboard, never one that a link smuggled in. Home knows the first page. */
export function safeNext(next: string | undefined): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.startsWith('/\\') || next.startsWith('/login')) return '/';
  return next;
}
