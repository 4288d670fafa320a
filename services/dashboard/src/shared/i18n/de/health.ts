/** German texts: system health. */
import type { health as en } from '../en/health';

export const health: Record<keyof typeof en, string> = {
  'health.title': 'Zustand',
  'health.ready': 'Bereit',
  'health.degraded': 'Eingeschränkt',
  'health.offline': 'Offline',
  'health.unknown': 'Unbekannt',
  'health.ok': 'OK',
  'health.down': 'Ausgefallen',
  'health.is.ok': 'Alles funktioniert',
  'health.is.degraded': 'Etwas braucht Aufmerksamkeit',
  'health.is.down': 'Task Tracker ist ausgefallen',
  'health.version': 'Version {version}',
  'health.dependencies': 'Braucht',
  'health.components': 'Läuft',
  'health.latency': '{ms} ms',
};
