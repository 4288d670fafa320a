/**
 * A stand-in for the API that follows its contract over HTTP and WebSocket, to look at pages and to provoke what is rare:
 * conflicts, bursts, dropped sockets. Serves the built dashboard too. In memory; nothing of it is used by tests or shipped.
 *
 *   npm run mock            then `npm run dev`, or http://127.0.0.1:8080 for the build
 *   POST /mock/message      a new message becomes a suggestion
 *   POST /mock/burst?n=     that many events at once
 *   POST /mock/drop         closes every socket
 *   POST /mock/conflict     the next change of a task finds that someone else was faster
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { WebSocketServer } from 'ws';

import { ago, comments, events, members, messages, newId, receive, sources, tasks } from './sample-data.mjs';

const PORT = Number(process.env.PORT ?? 8080);
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const me = members[0];
const replies = new Map();
let conflictNext = false;
let empty = process.env.EMPTY === '1';

class Problem extends Error {
  constructor(status, title, detail, cure) {
    super(detail);
    this.body = { type: 'about:blank', title, status, detail, cure };
  }
}

// Live events ---------------------------------------------------------------------------------------------------------
let seq = 1000;
const ring = [];
const sockets = new Set();

function publish(changes) {
  seq += 1;
  const list = changes.map((change) => ({
    id: events.length + 1, at: new Date().toISOString(), actor: { kind: 'member', name: me.name }, data: {}, before: null, after: null, ...change,
  }));
  events.unshift(...list);
  const frame = { type: 'events', seq, events: list };
  ring.push(frame);
  for (const socket of sockets) socket.send(JSON.stringify(frame));
}

// Views ---------------------------------------------------------------------------------------------------------------
const taskRef = (id) => {
  const task = tasks.find((item) => item.id === id);
  return task ? { id, number: task.number, title: task.title, status: task.status } : null;
};
const messageView = ({ task_id: taskId, raw, ...message }, withRaw = false) => ({
  ...message, task: taskRef(taskId), ...(withRaw ? { raw } : {}),
});
const taskDetail = (task) => {
  const own = messages.filter((message) => message.task_id === task.id);
  const merged = tasks.filter((item) => item.duplicate_of === task.id).map(({ id, number, title }) => ({ id, number, title }));
  const duplicates = task === tasks[0] ? [{ task: { ...taskRef(tasks[9].id), source: tasks[9].source }, score: 0.71, reason: 'Both say that something stopped this morning.', state: 'open' }] : [];
  return { ...task, messages: own.map((message) => messageView(message)), verdicts: own.map(({ verdict }) => verdict), duplicates, merged, comment_count: 0 };
};
const stateName = { task: 'tasks', ignored: 'ignored', waiting: 'waiting', dead: 'dead' };
function balance(list) {
  const sum = { received: list.length, tasks: 0, ignored: 0, waiting: 0, dead: 0 };
  for (const { state } of list) sum[stateName[state]] += 1;
  return sum;
}
const ofSource = (source) => messages.filter((message) => message.source.id === source.id);
function page(list, query) {
  const start = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  return { items: list.slice(start, start + limit), next: start + limit < list.length ? String(start + limit) : null };
}
const has = (text, q) => !q || text.toLowerCase().includes(q.toLowerCase());

/** Invented figures that get better with time. */
function accuracy(days) {
  const length = empty ? 0 : days;
  const over = Array.from({ length }, (_, day) => ({ day: ago((length - 1 - day) * 1440).slice(0, 10), source: null, judged: 4 + (day % 5), right: 3 + (day % 5) - (day % 3 === 0 ? 1 : 0) }));
  const judged = over.reduce((sum, day) => sum + day.judged, 0);
  const right = over.reduce((sum, day) => sum + day.right, 0);
  const share = (count) => (judged === 0 ? null : count / judged);
  const wrong = judged - right;
  return {
    from: ago((days - 1) * 1440).slice(0, 10), to: ago(0).slice(0, 10), over_time: over,
    totals: { judged, category_right: right, priority_right: right - 5, category_accuracy: share(right), priority_accuracy: share(right - 5) },
    by_source: sources.map(({ namespace, name }) => ({ source: `${namespace}/${name}`, judged, category_accuracy: share(right), priority_accuracy: share(right - 5) })),
    by_category: [{ category: 'bug', judged, right, corrected_to: { incident: wrong - 2, question: 2 } }],
    calibration: [5, 6, 7, 8, 9].map((tenth) => ({ from: tenth / 10, to: (tenth + 1) / 10, judged: tenth * 4, confidence: tenth / 10 + 0.05, accuracy: tenth / 10 })),
    corrections: [{ field: 'category', count: wrong }, { field: 'priority', count: wrong + 5 }],
  };
}

function findTask(key) {
  const task = tasks.find((item) => item.id === key || String(item.number) === key);
  if (!task) throw new Problem(404, 'Not found', `There is no task '${key}'.`);
  return task;
}

function patchTask(key, body, headers) {
  const task = findTask(key);
  const wanted = headers['if-match'];
  if (!wanted) throw new Problem(428, 'Precondition required', 'If-Match is missing.', 'Send the version that you read.');
  if (conflictNext) {
    conflictNext = false;
    task.version += 1;
    task.title += ' (changed elsewhere)';
  }
  if (wanted !== `"${task.version}"`) throw new Problem(412, 'Changed meanwhile', `Task #${task.number} is at version ${task.version}.`);
  const { assignee_id: assignee, ...fields } = body;
  const before = Object.fromEntries(Object.keys(body).map((name) => [name, name === 'assignee_id' ? (task.assignee?.id ?? null) : task[name]]));
  if (assignee !== undefined) task.assignee = members.find((member) => member.id === assignee) ?? null;
  Object.assign(task, fields, { version: task.version + 1, updated_at: new Date().toISOString() });
  publish([{ verb: 'task.updated', entity: { type: 'task', id: task.id }, before, after: body }]);
  return task;
}

function listTasks(query) {
  const status = query.get('status')?.split(',');
  const q = query.get('q');
  const sort = query.get('sort') ?? '-created_at';
  const field = sort.replace('-', '');
  const list = tasks.filter((task) => (!status || status.includes(task.status)) && has(`${task.number} ${task.title}`, q));
  list.sort((a, b) => (a[field] < b[field] ? 1 : -1));
  return page(empty ? [] : list, query);
}

function listMessages(query) {
  const state = query.get('state');
  const source = query.get('source');
  const list = messages.filter(
    (message) =>
      (!state || message.state === state) &&
      (!source || `${message.source.namespace}/${message.source.name}` === source) &&
      has(`${message.text} ${message.sender.name}`, query.get('q')),
  );
  const { items, next } = page(empty ? [] : list, query);
  return { items: items.map((message) => messageView(message)), next };
}

function ledger() {
  const all = empty ? [] : messages;
  const total = balance(all);
  return {
    ...total, balanced: true,
    bus: { accepted: total.received + 12, recorded: total.received, replayed: 12, in_flight: 0, lost: 0 },
    sources: sources.map((source) => ({ source: `${source.namespace}/${source.name}`, ...balance(empty ? [] : ofSource(source)) })),
  };
}

const part = (kind, name, more = {}) => ({
  name, kind, state: 'ready', detail: '', since: null, seen_at: ago(0), started_at: ago(300), version: '0.1.0', last_error: null,
  latency_ms: null, bytes: null, limit: null, connections: null, max_connections: null, ...more,
});
const system = () => ({
  status: 'ok', version: '0.1.0',
  parts: [
    ...['gateway.default', 'recorder.1', 'triage.1'].map((name) => part('process', name)),
    part('source', 'default/inbox'),
    part('store', 'postgres', { version: '18.6', latency_ms: 0.8, bytes: 12_000_000, connections: 9, max_connections: 100 }),
    part('store', 'nats', { version: '2.15.1', latency_ms: 0.3 }),
  ],
  queues: ['INBOUND', 'JOBS'].map((name) => ({
    name, state: 'ready', problem: null, messages: 0, bytes: 0, limit: 1 << 30, oldest_seconds: 0, consumers: [],
  })),
});

// Routes --------------------------------------------------------------------------------------------------------------
const routes = [
  ['POST', /^\/api\/login$/, ({ body, response }) => {
    if (!String(body.token).startsWith('demo')) throw new Problem(401, 'Unauthorized', 'The login link was used or has expired.');
    response.setHeader('set-cookie', 'tracker_session=demo; HttpOnly; SameSite=Lax; Path=/');
  }],
  ['POST', /^\/api\/logout$/, ({ response }) => response.setHeader('set-cookie', 'tracker_session=; Max-Age=0; Path=/')],
  ['GET', /^\/api\/me$/, () => ({ member: me, workspace: { id: newId(), name: 'Northwind' } })],
  ['GET', /^\/api\/members$/, () => members],
  ['GET', /^\/api\/tasks$/, ({ query }) => listTasks(query)],
  ['POST', /^\/api\/tasks$/, ({ body }) => {
    const { task } = receive([body.title, body.category ?? 'task', body.priority ?? 'medium', 0, 0, 0, me.name, '', ''], { status: 'todo', minutes: 0 });
    Object.assign(task, { description: body.description ?? '', source: null, confidence: null, reason: null, provider: null });
    messages.shift();
    publish([{ verb: 'task.created', entity: { type: 'task', id: task.id } }]);
    return task;
  }],
  ['GET', /^\/api\/tasks\/counts$/, () => {
    const counts = { triage: 0, todo: 0, in_progress: 0, done: 0, declined: 0, duplicate: 0 };
    for (const task of empty ? [] : tasks) counts[task.status] += 1;
    return counts;
  }],
  ['GET', /^\/api\/tasks\/([^/]+)$/, ({ key }) => taskDetail(findTask(key))],
  ['PATCH', /^\/api\/tasks\/([^/]+)$/, ({ key, body, headers }) => patchTask(key, body, headers)],
  ['GET', /^\/api\/tasks\/([^/]+)\/events$/, ({ key, query }) => page(events.filter((event) => event.entity.id === findTask(key).id), query)],
  ['GET', /^\/api\/tasks\/([^/]+)\/comments$/, ({ key }) => ({ items: comments.get(findTask(key).id) ?? [], next: null })],
  ['POST', /^\/api\/tasks\/([^/]+)\/comments$/, ({ key, body }) => {
    const { id } = findTask(key);
    const comment = { id: newId(), author: { id: me.id, name: me.name }, body: body.body, created_at: new Date().toISOString() };
    comments.set(id, [...(comments.get(id) ?? []), comment]);
    publish([{ verb: 'comment.created', entity: { type: 'task', id } }]);
    return comment;
  }],
  ['GET', /^\/api\/tasks\/([^/]+)\/replies$/, ({ key }) => ({ items: replies.get(findTask(key).id) ?? [], next: null })],
  ['POST', /^\/api\/tasks\/([^/]+)\/replies$/, ({ key, body }) => {
    const task = findTask(key);
    const message = messages.find(({ id }) => id === body.message_id);
    const reply = {
      id: newId(), task_id: task.id, task_number: task.number, message_id: body.message_id, kind: 'reply', body: body.body, state: 'sent',
      author: { id: me.id, name: me.name }, approved_by: null, source: message.source, recipient: message.sender.name, attempts: 1,
      next_attempt_at: null, error: null, url: null, created_at: new Date().toISOString(), sent_at: new Date().toISOString(),
    };
    replies.set(task.id, [reply, ...(replies.get(task.id) ?? [])]);
    publish([{ verb: 'reply.created', entity: { type: 'task', id: task.id } }]);
    return reply;
  }],
  ['GET', /^\/api\/messages$/, ({ query }) => listMessages(query)],
  ['GET', /^\/api\/messages\/([^/]+)$/, ({ key }) => messageView(messages.find((message) => message.id === key), true)],
  ['POST', /^\/api\/messages\/([^/]+)\/retriage$/, () => ({})],
  ['POST', /^\/api\/tasks\/[^/]+\/duplicates\/([^/]+)\/dismiss$/, () => undefined],
  ['GET', /^\/api\/accuracy$/, ({ query }) => accuracy(Number(query.get('days') ?? 30))],
  ['GET', /^\/api\/sources$/, () => ({ items: sources.map((source) => ({ ...source, counts: balance(empty ? [] : ofSource(source)) })), next: null })],
  ['GET', /^\/api\/ledger$/, () => ledger()],
  ['GET', /^\/api\/system$/, () => system()],
  ['POST', /^\/mock\/message$/, ({ body }) => {
    empty = false;
    const text = body.text ?? 'The export button does nothing since this morning';
    const { task, message } = receive([text, 'bug', 'high', 0.9, 0, 0, 'curl', text, 'Describes something that stopped working.'], { minutes: 0 });
    publish([
      { verb: 'message.recorded', entity: { type: 'message', id: message.id } },
      { verb: 'task.created', entity: { type: 'task', id: task.id } },
    ]);
    return task;
  }],
  ['POST', /^\/mock\/burst$/, ({ query }) => {
    const n = Number(query.get('n') ?? 10_000);
    for (let sent = 0; sent < n; sent += 20) {
      publish(Array.from({ length: 20 }, () => ({ verb: 'message.recorded', entity: { type: 'message', id: newId() } })));
    }
    return { sent: n };
  }],
  ['POST', /^\/mock\/drop$/, () => sockets.forEach((socket) => socket.close())],
  ['POST', /^\/mock\/conflict$/, () => {
    conflictNext = true;
  }],
];

// Edge ----------------------------------------------------------------------------------------------------------------
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

async function serveFile(path, response) {
  const file = join(dist, normalize(path));
  const found = extname(path) !== '' && file.startsWith(dist) ? await readFile(file).catch(() => null) : null;
  const body = found ?? (await readFile(join(dist, 'index.html')));
  response.setHeader('content-type', found ? (types[extname(path)] ?? 'application/octet-stream') : 'text/html');
  response.setHeader('content-security-policy', "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'");
  response.end(body);
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}

function answer(response, status, body) {
  response.statusCode = status;
  response.setHeader('content-type', status < 400 ? 'application/json' : 'application/problem+json');
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams: query } = new URL(request.url, 'http://mock');
  if (!/^\/(api|mock)\//.test(pathname)) return serveFile(pathname, response);
  try {
    const open = pathname === '/api/login' || pathname.startsWith('/mock/');
    if (!open && !request.headers.cookie?.includes('tracker_session=demo')) throw new Problem(401, 'Unauthorized', 'Sign in first.');
    const route = routes.find(([method, pattern]) => method === request.method && pattern.test(pathname));
    if (!route) throw new Problem(404, 'Not found', `There is no ${pathname}.`);
    const key = route[1].exec(pathname)[1];
    const result = await route[2]({ key, query, body: await readBody(request), headers: request.headers, response });
    answer(response, result === undefined ? 204 : 200, result);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    answer(response, error.body.status, error.body);
  }
});

new WebSocketServer({ server, path: '/ws' }).on('connection', (socket, request) => {
  const since = new URL(request.url, 'http://mock').searchParams.get('since');
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.send(JSON.stringify({ type: 'hello', seq }));
  if (since !== null) for (const frame of ring.filter((item) => item.seq > Number(since))) socket.send(JSON.stringify(frame));
});
setInterval(() => sockets.forEach((socket) => socket.send('{"type":"ping"}')), 15_000).unref();
server.listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}/login?token=demo`));
