/** German texts: the board. */
import type { board as en } from '../en/board';

export const board: Record<keyof typeof en, string> = {
  'board.title': 'Board',
  'board.empty.todo': 'Angenommene Vorschläge kommen hierher.',
  'board.empty.in_progress': 'Gerade arbeitet niemand an etwas.',
  'board.empty.done': 'Erledigtes sammelt sich hier.',
  'board.instructions': 'Leertaste nimmt die Karte auf, die Pfeile links und rechts wählen eine Spalte, Leertaste legt sie ab, Escape bricht ab.',
  'board.picked': '#{number} aufgenommen.',
  'board.over': 'Über {column}.',
  'board.moved': '#{number} verschoben: {column}',
  'board.cancelled': 'Nicht verschoben.',
};
