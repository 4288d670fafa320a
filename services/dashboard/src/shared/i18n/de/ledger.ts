/** German texts: the ledger. */
import type { ledger as en } from '../en/ledger';

export const ledger: Record<keyof typeof en, string> = {
  'balance.received.one': '{count} Nachricht',
  'balance.received.other': '{count} Nachrichten',
  'balance.ok': 'Alle nachgewiesen',
  'balance.open': 'Geht nicht auf',

  'ledger.title': 'Bilanz',
  'ledger.received': 'Empfangen',
  'ledger.tasks': 'Aufgaben',
  'ledger.ignored': 'Ignoriert',
  'ledger.waiting': 'Wartend',
  'ledger.dead': 'Gescheitert',
  'ledger.equals': 'gleich',
  'ledger.plus': 'plus',
  'ledger.balanced': 'Die Bilanz geht auf: Jede empfangene Nachricht ist nachgewiesen.',
  'ledger.unbalanced': 'Die Bilanz geht nicht auf. Finde mit tasktracker doctor heraus, was fehlt.',
  'ledger.bySource': 'Nach Quelle',
  'ledger.bus.title': 'Gegen den Bus geprüft',
  'ledger.bus.detail': 'Der Bus zählt selbst, was er angenommen hat. Wiederholungen sind dieselbe Nachricht, noch einmal zugestellt: erkannt und einmal gezählt.',
  'ledger.bus.silent': 'Der Bus antwortet nicht, deshalb lässt sich das gerade nicht prüfen.',
  'ledger.noSource': 'Nennt keine Quelle',
  'ledger.bus.accepted': 'Vom Bus angenommen',
  'ledger.bus.recorded': 'Verbucht',
  'ledger.bus.replayed': 'Wiederholungen',
  'ledger.bus.removed': 'Von Hand entfernt',
  'ledger.bus.inFlight': 'Unterwegs',
  'ledger.bus.lost': 'Verloren',
  'ledger.empty.title': 'Noch nichts empfangen',
  'ledger.empty.detail': 'Sobald Nachrichten ankommen, belegt diese Seite, dass keine verloren geht.',
};
