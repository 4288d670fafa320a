import { cn } from './cn';

export type Tone = 'good' | 'warning' | 'bad' | 'none';

const colors: Record<Tone, string> = { good: 'bg-green', warning: 'bg-amber-sign', bad: 'bg-red', none: 'bg-line-strong' };

const tones: Record<string, Tone> = {
  ready: 'good',
  ok: 'good',
  degraded: 'warning',
  unknown: 'none',
  suspended: 'none',
  offline: 'bad',
  down: 'bad',
  error: 'bad',
};

/** How the API's words for health look; an unknown word is no colour. */
export const toneOf = (status: string): Tone => tones[status.toLowerCase()] ?? 'none';

/** Always stands beside the word that it illustrates. */
export function StatusDot({ tone, className }: { tone: Tone; className?: string }) {
  return <span aria-hidden="true" className={cn('block size-2 shrink-0 rounded-full', colors[tone], className)} />;
}
