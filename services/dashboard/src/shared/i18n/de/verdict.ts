/** German texts: verdicts and corrections. */
import type { verdict as en } from '../en/verdict';

export const verdict: Record<keyof typeof en, string> = {
  'verdict.title': 'Warum das hier ist',
  'verdict.learned.one': 'Aus {count} Nachricht gelernt',
  'verdict.learned.other': 'Aus {count} Nachrichten gelernt',
  'verdict.became': 'wurde zu',
  'verdict.asked': 'War unsicher und hat gefragt: {provider}',
  'verdict.languageModel': 'ein Sprachmodell',
  'verdict.fallback': 'War unsicher, und kein Sprachmodell war zu erreichen',
  'verdict.runs.one': '{count} Durchlauf der Triage',
  'verdict.runs.other': 'Alle {count} Durchläufe der Triage',
  'verdict.tokens': '{read} Tokens gelesen, {written} geschrieben',
  'verdict.free': 'kostenlos',
  'verdict.took': '{ms} ms',
  'verdict.about': 'zu {sender}',
  'verdict.nothingToDo': 'nichts zu tun',
};
