/** A small invented team's messages, so that pages can be looked at without the real program. */
const now = Date.now();
const MINUTE = 60_000;
export const ago = (minutes) => new Date(now - minutes * MINUTE).toISOString();
let serial = 0;
/** Looks like a UUIDv7, sorts like one. */
export const newId = () => `0193f0a0-0000-7000-8000-${String(++serial).padStart(12, '0')}`;

export const members = [
  { id: newId(), name: 'Olena Kovalenko', role: 'admin', email: 'olena@example.org' },
  { id: newId(), name: 'Marcus Lindqvist', role: 'member', email: 'marcus@example.org' },
  { id: newId(), name: 'Priya Raman', role: 'member', email: 'priya@example.org' },
];

const source = (name, kind, autonomy, health, webhook = null) => ({
  id: newId(), namespace: 'default', name, kind, autonomy, auto_threshold: 85, suspended: false, health,
  last_message_at: null, reply: { enabled: true, require_approval: false }, webhook_url: webhook, curl: null,
});
const ready = { state: 'ready', message: '' };
export const sources = [
  source('inbox', 'webhook', 'Suggest', ready, 'http://127.0.0.1:8081/webhook/default/inbox'),
  source('support', 'email', 'Auto', ready),
  source('customers', 'telegram', 'Suggest', { state: 'degraded', message: 'Telegram answers slowly: 3 of the last 10 polls timed out. Check the network of this machine.' }),
];

const rows = [
  ['Export to CSV loses the last column', 'bug', 'high', 0.94, 0, 4, 'Anna Bergström', 'Since the update yesterday the CSV export drops the last column. I tried Firefox and Chrome, same result. The total is in that column, so I cannot send the report to accounting.\n\nFile attached. It worked on Monday.', 'Describes a failure that started after an update, with steps and an affected file.'],
  ['Checkout returns 502 for every customer in the EU region', 'incident', 'urgent', 0.98, 1, 9, 'Grafana alerts', 'FIRING: checkout-eu error rate 87% (threshold 2%) for 6m.\nRunbook: https://runbooks.example.org/checkout', 'An alert about a production outage that many customers feel right now.'],
  ['Dark mode for the printed timetable', 'feature', 'low', 0.71, 2, 26, 'Tobias', 'would be super nice to have the timetable in dark mode, my eyes hurt at 6am :)', 'Wishes for something that does not exist yet; no deadline.'],
  ['Як змінити мову рахунків для одного клієнта?', 'question', 'medium', 0.88, 2, 41, 'Ірина Шевченко', 'Доброго дня! Підкажіть, будь ласка, як змінити мову рахунків лише для одного клієнта? У налаштуваннях бачу тільки загальну мову.', 'Asks how to do something; the setting may exist.', 'uk'],
  ['Renew the TLS certificate of the staging cluster before Friday', 'task', 'high', 0.83, 0, 65, 'Devon Clarke', 'Reminder: the staging certificate expires on Friday night. Someone has to renew it, cert-manager is off there.', 'Asks for a definite piece of work with a date.'],
  ['Two-factor codes arrive ten minutes late on some carriers', 'bug', 'medium', 0.79, 1, 118, 'Mei-Ling Chou', 'Some of our people get the SMS code about ten minutes late, by then it is expired. Seems to be only one carrier.', 'A function works too late to be useful for some users.'],
  ['Allow several invoice addresses per account, with one of them chosen as the default for the whole organisation', 'feature', 'medium', 0.66, 1, 180, 'Accounts payable', 'We have three legal entities and need an invoice address for each of them. Today we edit the address every month.', 'Wishes for an extension of an existing function.'],
  ['Password reset mail lands in spam at outlook.com', 'bug', 'medium', 0.58, 0, 240, 'Jonas Weber', 'The reset mail goes to spam for everybody with outlook.com. DKIM?', 'Could be a fault of ours or of the mail provider.'],
  ['Where is the API rate limit documented?', 'question', 'low', 0.91, 0, 300, 'dev@partner.example', 'Hi, we hit 429 sometimes. Where are the limits documented?', 'A plain question with a known answer.'],
  ['Map tiles stay grey on the delivery page', 'bug', 'high', 0.87, 2, 420, 'Sofia', 'the map is grey since this morning, zoom does not help', 'Describes a failure with a start time.'],
];

function verdictOf([, category, priority, confidence, , , , , reason, language = 'en']) {
  return { category, priority, actionable: true, confidence, reason, provider: 'embedded', language, learned: null, embedded: null, fallback: null };
}

let number = 100;
export const tasks = [];
export const messages = [];
export const events = [];
export const comments = new Map();

const ref = ({ id, namespace, name, kind }) => ({ id, namespace, name, kind });
const person = ({ id, name }) => ({ id, name });

export function receive(row, { status = 'triage', minutes = row[5], state = 'task' } = {}) {
  const from = sources[row[4]];
  const verdict = verdictOf(row);
  const at = ago(minutes);
  const task = state !== 'task' ? null : {
    id: newId(), number: ++number, title: row[0], description: '', status, category: row[1], priority: row[2], assignee: null,
    due_on: null, snoozed_until: null, labels: [], source: ref(from), confidence: row[3], reason: row[8], language: verdict.language,
    provider: 'embedded', duplicate_of: null, created_at: at, updated_at: at, version: 1, message_count: 1, duplicate_proposals: 0,
  };
  const message = {
    id: newId(), source: ref(from), external_id: `m-${serial}`, sender: { name: row[6], address: '' }, subject: from.kind === 'email' ? row[0] : null,
    text: row[7], url: null, sent_at: at, received_at: at, state, conversation_id: null, task_id: task?.id ?? null,
    state_reason: state === 'task' ? null : row[8], verdict: state === 'dead' || state === 'waiting' ? null : verdict, attempts: 1,
    last_error: state === 'dead' ? row[8] : null, attachments: [], trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', raw: JSON.stringify({ text: row[7] }, null, 2),
  };
  from.last_message_at = from.last_message_at > at ? from.last_message_at : at;
  messages.unshift(message);
  if (task) tasks.unshift(task);
  return { task, message };
}

for (const row of rows.toReversed()) receive(row);
const more = [
  ['Invoice PDF shows the wrong VAT rate for Norway', 'bug', 'high', 0.9, 1, 0, 'Kari Nordmann', 'VAT is 25% in Norway, the PDF says 20%.', 'A wrong figure in a document.'],
  ['Onboarding checklist for new warehouses', 'feature', 'medium', 0.8, 0, 0, 'Ops', 'We open two warehouses in spring and need a checklist.', 'Asks for something new.'],
  ['Rotate the backup encryption key', 'task', 'medium', 0.86, 0, 0, 'Devon Clarke', 'Quarterly rotation is due.', 'A recurring duty.'],
  ['Search ignores umlauts', 'bug', 'medium', 0.92, 2, 0, 'Jürgen', 'Müller is not found when I type Mueller or müller', 'A failure with an example.'],
  ['Slow dashboard for accounts with many orders', 'bug', 'high', 0.77, 1, 0, 'Big customer', 'It takes 20 s to open.', 'Performance problem.'],
  ['Explain the new pricing page to support', 'task', 'low', 0.7, 0, 0, 'Sales', 'Support asks every day.', 'A request for help.'],
  ['Barcode scanner beeps twice', 'bug', 'low', 0.6, 2, 0, 'Warehouse 3', 'beep beep', 'A small annoyance.'],
];
const states = ['todo', 'todo', 'todo', 'in_progress', 'in_progress', 'done', 'done'];
more.forEach((row, index) => {
  const { task } = receive(row, { status: states[index], minutes: 600 + index * 400 });
  task.assignee = index % 3 === 0 ? null : person(members[index % 3]);
  task.due_on = index % 2 === 0 ? ago(-1440 * (index - 1)).slice(0, 10) : null;
  task.labels = index % 3 === 1 ? ['warehouse', 'spring'] : [];
  task.version = 3;
  task.message_count = 1 + (index % 3);
});
const quiet = ['Out of office: back on Monday', 'thanks, works now!', '👍', 'Newsletter: ten tips for winter', 'ok see you there', 'Happy birthday Priya 🎂'];
for (let index = 0; index < 240; index++) {
  receive([quiet[index % quiet.length], 'noise', 'low', 0.95, index % 3, 0, ['Mailer', 'Anna', 'Tobias'][index % 3], quiet[index % quiet.length], 'No work in it: a greeting, a confirmation or an automatic answer.'], { state: 'ignored', minutes: 30 + index * 37 });
}
receive(['', 'noise', 'low', 0, 0, 2, 'Build server', '{"text": ', 'The body is not JSON: it ends in the middle of an object at character 9. Fix the sender, or edit and retry.'], { state: 'dead' });
receive(['', 'noise', 'low', 0, 1, 0, 'Lea', 'Is the meeting room booked for tomorrow?', ''], { state: 'waiting' });
messages.sort((a, b) => (a.received_at < b.received_at ? 1 : -1));
