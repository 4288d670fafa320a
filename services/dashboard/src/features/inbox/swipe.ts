/** What a finger that moves a row sideways means, by how far it went. */
import type { Box } from './boxes';

export type Swipe = 'accept' | 'snooze' | 'decline' | 'restore';

/** CSS pixels from which letting go decides. */
const DECIDES = 84;
/** Share of the row's width from which it is declined and no longer snoozed. */
const FAR = 0.55;
/** Movement within which a finger still means to press, or to scroll. */
export const SLOP = 10;

/** To the right accepts; to the left snoozes, and farther declines. What is put away comes back instead. */
export function swipeOf(dx: number, width: number, box: Box): Swipe | null {
  if (Math.abs(dx) < DECIDES) return null;
  if (dx > 0) return 'accept';
  if (box !== 'waiting') return 'restore';
  return -dx > width * FAR ? 'decline' : 'snooze';
}
