/** The places one can go, once for the sidebar, the bottom bar, the shortcuts and the command palette. */
import {
  Activity,
  CalendarDays,
  ChartColumn,
  Columns3,
  Inbox,
  MailX,
  MessagesSquare,
  Radio,
  Rocket,
  Scale,
  Settings,
  Table2,
  Target,
  type LucideIcon,
} from 'lucide-react';

import type { MessageKey } from '@/shared/i18n/translate';

export type Place = {
  to: '/inbox' | '/board' | '/tasks' | '/calendar' | '/messages' | '/sources' | '/dead-letters' | '/statistics' | '/accuracy' | '/ledger' | '/health' | '/settings' | '/start';
  /** What it opens with; the place is the same whatever its address says then. */
  search?: { filter: string };
  label: MessageKey;
  icon: LucideIcon;
  keys: string;
};

export const places: readonly Place[] = [
  { to: '/inbox', label: 'inbox.title', icon: Inbox, keys: 'g i' },
  { to: '/board', label: 'board.title', icon: Columns3, keys: 'g b' },
  { to: '/tasks', search: { filter: 'status:open' }, label: 'table.title', icon: Table2, keys: 'g t' },
  { to: '/calendar', label: 'calendar.title', icon: CalendarDays, keys: 'g c' },
  { to: '/messages', label: 'messages.title', icon: MessagesSquare, keys: 'g m' },
  { to: '/sources', label: 'sources.title', icon: Radio, keys: 'g s' },
  { to: '/dead-letters', label: 'dead.title', icon: MailX, keys: 'g d' },
  { to: '/statistics', label: 'statistics.title', icon: ChartColumn, keys: 'g f' },
  { to: '/accuracy', label: 'accuracy.title', icon: Target, keys: 'g a' },
  { to: '/ledger', label: 'ledger.title', icon: Scale, keys: 'g l' },
  { to: '/health', label: 'health.title', icon: Activity, keys: 'g h' },
  { to: '/settings', label: 'settings.title', icon: Settings, keys: 'g ,' },
  { to: '/start', label: 'start.title', icon: Rocket, keys: 'g 1' },
];

/** Not a letter: those belong to what a page does with what it shows. */
export const CREATE_KEY = '+';

/** On a phone the first ones have a place in the bar; the others are behind "More". */
export const IN_BAR = 4;
