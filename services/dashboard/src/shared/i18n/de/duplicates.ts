/** German texts: duplicates and merging. */
import type { duplicates as en } from '../en/duplicates';

export const duplicates: Record<keyof typeof en, string> = {
  'duplicate.title': 'Mögliche Duplikate',
  'duplicate.may.one': 'Vielleicht dasselbe wie eine andere Aufgabe',
  'duplicate.may.other': '{count} Aufgaben sind vielleicht dasselbe',
  'duplicate.score': 'Wie wahrscheinlich es dasselbe ist',
  'duplicate.mergeInto': 'Mit #{number} zusammenführen',
  'duplicate.mergeHere': '#{number} hier zusammenführen',
  'duplicate.dismiss': 'Nicht dasselbe',
  'duplicate.dismissed': '#{number} und #{other} sind nicht dasselbe',
  'duplicate.notDismissed': '#{number} bleibt vorgeschlagen',
  'duplicate.merged': '#{number} mit #{into} zusammengeführt',
  'duplicate.of': 'Duplikat von',
  'duplicate.unmerge': 'Trennen',
  'duplicate.unmerge.what': '#{number} wieder trennen',
  'duplicate.merged.title': 'Mit dieser Aufgabe zusammengeführt',
  'duplicate.holds.one': '{count} Duplikat ist hier zusammengeführt',
  'duplicate.holds.other': '{count} Duplikate sind hier zusammengeführt',
  'duplicate.choose': 'Von welcher Aufgabe ist #{number} ein Duplikat?',
  'duplicate.choose.detail': 'Sie wird geschlossen, ihre Nachrichten erscheinen auch dort. Du kannst sie jederzeit wieder trennen.',
  'duplicate.search': 'Nummer oder Wörter der anderen Aufgabe…',
  'duplicate.search.hint': 'Gib eine Nummer wie 12 ein oder ein Wort aus dem Titel.',
};
