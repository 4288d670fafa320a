/** `crypto.randomUUID` exists only over HTTPS and on localhost; a phone that opens the machine's address has neither. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
