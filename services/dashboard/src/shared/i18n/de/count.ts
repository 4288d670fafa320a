/** German texts: counted things. */
import type { count as en } from '../en/count';

export const count: Record<keyof typeof en, string> = {
  'count.received.one': '{count} empfangen',
  'count.received.other': '{count} empfangen',
  'count.tasks.one': '{count} Aufgabe',
  'count.tasks.other': '{count} Aufgaben',
  'count.ignored.one': '{count} ignoriert',
  'count.ignored.other': '{count} ignoriert',
  'count.waiting.one': '{count} wartet',
  'count.waiting.other': '{count} warten',
  'count.dead.one': '{count} gescheitert',
  'count.dead.other': '{count} gescheitert',
};
