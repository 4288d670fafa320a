/** Messages and the Sources that they come from, as the API shows them. */
import type { Message, Reply, Source } from '@/shared/api/types';

const ref = { id: 'source-mail', namespace: 'support', name: 'mail', kind: 'email' } as const;

export function messageFixture(id: string, fields: Partial<Message> = {}): Message {
  return {
    id,
    source: ref,
    external_id: id,
    sender: { name: 'Ada', address: 'ada@example.com' },
    subject: null,
    text: `Text of ${id}`,
    url: null,
    sent_at: '2026-01-01T10:00:00Z',
    received_at: '2026-01-01T10:00:00Z',
    state: 'task',
    state_reason: null,
    conversation_id: null,
    task: { id: 'task-1', number: 1, title: 'Task 1', status: 'triage' },
    verdict: null,
    attachments: [],
    attempts: 1,
    last_error: null,
    trace_id: '',
    ...fields,
  };
}

export function sourceFixture(reply: Partial<Source['reply']> = {}): Source {
  return {
    ...ref,
    autonomy: 'Suggest',
    auto_threshold: 90,
    suspended: false,
    reply: { enabled: true, require_approval: false, ...reply },
    health: { state: 'ready', message: '', reason: null, account: null, lag: 0 },
    last_message_at: null,
    counts: { received: 0, tasks: 0, ignored: 0, waiting: 0, dead: 0 },
    webhook_url: null,
  } as Source;
}

export function replyFixture(id: string, fields: Partial<Reply> = {}): Reply {
  return {
    id,
    task_id: 'task-1',
    task_number: 1,
    message_id: 'm1',
    kind: 'reply',
    body: 'On it.',
    state: 'queued',
    author: { id: 'me', name: 'Me' },
    approved_by: null,
    source: ref,
    recipient: 'Ada',
    attempts: 0,
    next_attempt_at: null,
    error: null,
    url: null,
    created_at: '2026-01-01T11:00:00Z',
    sent_at: null,
    ...fields,
  };
}
