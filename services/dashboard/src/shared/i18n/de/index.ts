/** Every text of the dashboard in German, a file for each area; the types say when one is missing. */
import { accuracy } from './accuracy';
import { app } from './app';
import { board } from './board';
import { count } from './count';
import { dead } from './dead';
import { duplicates } from './duplicates';
import { health } from './health';
import { inbox } from './inbox';
import { ledger } from './ledger';
import { lists } from './lists';
import { messages } from './messages';
import { replies } from './replies';
import { settings } from './settings';
import { sources } from './sources';
import { start } from './start';
import { statistics } from './statistics';
import { task } from './task';
import { tasks } from './tasks';
import { verdict } from './verdict';

export const de = {
  ...accuracy,
  ...app,
  ...board,
  ...count,
  ...dead,
  ...duplicates,
  ...health,
  ...inbox,
  ...ledger,
  ...lists,
  ...messages,
  ...replies,
  ...settings,
  ...sources,
  ...start,
  ...statistics,
  ...task,
  ...tasks,
  ...verdict,
};
