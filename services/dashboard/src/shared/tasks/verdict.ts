/** Which verdict a task comes from, and its reason without what the screen says beside it. */
import type { MessageVerdict, TaskDetail } from '@/shared/api/types';

/** The one that the task quotes; the others judged messages that came to it later. */
export function originOf({ verdicts, reason, confidence }: TaskDetail): TaskDetail['verdicts'][number] | undefined {
  return verdicts.find((verdict) => verdict.reason === reason && verdict.confidence === confidence);
}

/** Triage ends the reason with why no language model answered; where that stands by itself it is said once. */
export function bareReason(reason: string, fallback: MessageVerdict['fallback'] | undefined): string {
  const end = fallback ? `. By the embedded model alone: ${fallback.detail}` : '';
  return end !== '' && reason.endsWith(end) ? `${reason.slice(0, -end.length)}.` : reason;
}
