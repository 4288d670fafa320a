/** A small API with tasks in memory that checks versions as the real one does. */
import { http, HttpResponse } from 'msw';

import type { BulkEdit, BulkResult, Duplicate, Task, TaskPatch } from '@/shared/api/types';

export function taskFixture(number: number, fields: Partial<Task> = {}): Task {
  return {
    id: `task-${number}`,
    number,
    title: `Task ${number}`,
    description: '',
    status: 'triage',
    category: 'bug',
    priority: 'medium',
    assignee: null,
    due_on: null,
    snoozed_until: null,
    labels: [],
    source: null,
    confidence: 0.9,
    reason: 'Because.',
    language: 'en',
    provider: 'embedded',
    duplicate_of: null,
    created_at: new Date(Date.UTC(2026, 0, 1) - number * 60_000).toISOString(),
    updated_at: '2026-01-01T00:00:00Z',
    version: 1,
    message_count: 0,
    duplicate_proposals: 0,
    ...fields,
  };
}

const noCounts = { triage: 0, todo: 0, in_progress: 0, done: 0, declined: 0, duplicate: 0 };

export type TaskApi = {
  tasks: Task[];
  /** Every PATCH that arrived. */
  patches: { number: number; version: string | null; patch: TaskPatch }[];
  /** Pairs that were said not to be the same. */
  dismissals: [string, string][];
  /** Someone else changes a task. */
  changeElsewhere: (number: number, fields: Partial<Task>) => void;
  /** Holds answers to PATCH back until it is called. */
  hold: () => () => void;
  handlers: ReturnType<typeof http.get>[];
};

const problem = (status: number, detail: string) => HttpResponse.json({ type: 'about:blank', title: detail, status, detail }, { status });

export function duplicateFixture(task: Task, fields: Partial<Duplicate> = {}): Duplicate {
  const { id, number, title, status, source } = task;
  return { task: { id, number, title, status, source }, score: 0.9, reason: 'Both say so.', state: 'open', ...fields };
}

/** `duplicates` by number of the task that they are proposed for. */
export function taskApi(tasks: Task[], duplicates: Record<number, Duplicate[]> = {}): TaskApi {
  const dismissals: TaskApi['dismissals'] = [];
  const patches: TaskApi['patches'] = [];
  let gate: Promise<void> = Promise.resolve();
  const mergedInto = ({ id }: Task) => tasks.filter((task) => task.duplicate_of === id).map(({ id, number, title }) => ({ id, number, title }));
  const find = (key: unknown) => tasks.find((task) => task.id === key || String(task.number) === key);

  const handlers = [
    http.get('*/api/tasks/counts', () => {
      const counts = { ...noCounts };
      for (const { status } of tasks) counts[status] += 1;
      return HttpResponse.json(counts);
    }),
    http.get('*/api/tasks/groups', () => {
      const groups = tasks.map(({ status }) => ({ key: null, total: 1, statuses: { ...noCounts, [status]: 1 } }));
      return HttpResponse.json({ groups, total: tasks.length });
    }),
    http.post('*/api/tasks/bulk', async ({ request }) => {
      const { edits } = (await request.json()) as { edits: BulkEdit[] };
      await gate;
      const result: BulkResult = { updated: [], refused: [] };
      for (const { task: id, version, patch } of edits) {
        const task = find(id);
        patches.push({ number: task?.number ?? 0, version: `"${version}"`, patch });
        if (task?.version === version) result.updated.push(Object.assign(task, patch, { version: version + 1 }));
        else result.refused.push({ task: id, status: 412, detail: 'It was changed in the meantime', cure: null });
      }
      return HttpResponse.json(result);
    }),
    http.get('*/api/tasks/:key', ({ params }) => {
      const task = find(params.key);
      return task ? HttpResponse.json({ ...task, messages: [], verdicts: [], comment_count: 0, duplicates: duplicates[task.number] ?? [], merged: mergedInto(task) }) : problem(404, 'No such task.');
    }),
    http.get('*/api/tasks', ({ request }) => {
      const query = new URL(request.url).searchParams;
      const statuses = query.get('status')?.split(',') ?? [...new Set(tasks.map((task) => task.status))];
      const q = query.get('q') ?? '';
      const awake = (task: Task) => query.get('snoozed') !== 'false' || task.snoozed_until === null;
      const items = tasks.filter((task) => statuses.includes(task.status) && awake(task) && task.title.includes(q));
      return HttpResponse.json({ items, next: null });
    }),
    http.patch('*/api/tasks/:key', async ({ params, request }) => {
      const task = find(params.key);
      const patch = (await request.json()) as TaskPatch;
      const version = request.headers.get('if-match');
      if (!task) return problem(404, 'No such task.');
      patches.push({ number: task.number, version, patch });
      await gate;
      if (version !== `"${task.version}"`) return problem(412, `Task ${task.number} was changed in the meantime`);
      Object.assign(task, patch, { version: task.version + 1 });
      return HttpResponse.json(task);
    }),
    http.post('*/api/tasks/:key/duplicates/:other/dismiss', ({ params }) => {
      dismissals.push([String(params.key), String(params.other)]);
      return new HttpResponse(null, { status: 204 });
    }),
    http.get('*/api/tasks/:key/replies', () => HttpResponse.json({ items: [], next: null })),
    http.get('*/api/tasks/:key/events', () => HttpResponse.json({ items: [], next: null })),
    http.get('*/api/members', () => HttpResponse.json([])),
    http.get('*/api/sources', () => HttpResponse.json([])),
    http.get('*/api/views', () => HttpResponse.json([])),
    http.get('*/api/me', () => HttpResponse.json({ member: { id: 'me', name: 'Me', role: 'admin', email: null }, workspace: { id: 'w', name: 'W' } })),
  ];

  return {
    tasks,
    patches,
    dismissals,
    handlers,
    changeElsewhere: (number, fields) => {
      const task = find(String(number));
      if (task) Object.assign(task, fields, { version: task.version + 1 });
    },
    hold: () => {
      let open: () => void = () => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
  };
}
