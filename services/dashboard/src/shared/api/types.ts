/** The API's objects, by the names that the dashboard uses. */

export type TaskStatus = 'triage' | 'todo' | 'in_progress' | 'done' | 'declined' | 'duplicate';
export type Category = 'bug' | 'feature' | 'question' | 'task' | 'incident' | 'noise';
export type Priority = 'low' | 'medium' | 'high' | 'urgent';
export type MessageState = 'waiting' | 'task' | 'ignored' | 'dead';
export type SourceKind = 'telegram' | 'slack' | 'email' | 'webhook';
export type HealthState = 'ready' | 'degraded' | 'offline' | 'unknown';

/** A list's page; `next` is the cursor of the following one. */
export type Page<T> = { items: T[]; next: string | null };

export type Me = {
  member: { id: string; name: string; role: 'viewer' | 'member' | 'admin'; email: string | null };
  workspace: { id: string; name: string };
};
export type Member = { id: string; name: string; role: string; email: string | null };
export type MemberRef = { id: string; name: string };

export type SourceRef = { id: string; namespace: string; name: string; kind: SourceKind };

export type Task = {
  id: string;
  number: number;
  title: string;
  description: string;
  status: TaskStatus;
  category: Category;
  priority: Priority;
  assignee: MemberRef | null;
  due_on: string | null;
  snoozed_until: string | null;
  labels: string[];
  source: SourceRef | null;
  confidence: number | null;
  reason: string | null;
  language: string | null;
  provider: string | null;
  duplicate_of: string | null;
  created_at: string;
  updated_at: string;
  version: number;
  message_count: number;
};

export type TaskPatch = {
  title?: string;
  description?: string;
  status?: TaskStatus;
  category?: Category;
  priority?: Priority;
  assignee_id?: string | null;
  due_on?: string | null;
  labels?: string[];
  snoozed_until?: string | null;
  duplicate_of?: string | null;
};

export type TaskDraft = Pick<Task, 'title'> & Omit<TaskPatch, 'title' | 'status' | 'snoozed_until' | 'duplicate_of'>;

export type TaskRef = { id: string; number: number; title: string; status: TaskStatus };
export type TaskCounts = Record<TaskStatus, number>;

/** What one triage run said. */
export type Verdict = {
  category: Category;
  priority: Priority;
  actionable: boolean;
  confidence: number;
  reason: string;
  provider: string;
  language: string | null;
};

export type Message = {
  id: string;
  source: SourceRef;
  external_id: string;
  sender: { name: string; address: string };
  subject: string | null;
  text: string;
  url: string | null;
  sent_at: string;
  received_at: string;
  state: MessageState;
  state_reason: string | null;
  conversation_id: string | null;
  task: TaskRef | null;
  verdict: Verdict | null;
  attempts: number;
  last_error: string | null;
  trace_id: string | null;
};
export type MessageDetail = Message & { raw: string; raw_encoding: 'text' | 'base64' };

export type TaskVerdict = Verdict & { id: string; message_id: string; model: string; latency_ms: number; created_at: string };
export type TaskDetail = Task & { messages: Message[]; verdicts: TaskVerdict[]; comment_count: number };

export type Comment = { id: string; author: MemberRef | null; body: string; created_at: string };

export type Balance = { received: number; tasks: number; ignored: number; waiting: number; dead: number };
/** `source` is `namespace/name`; null for bytes that named none. */
export type SourceBalance = Balance & { source: string | null };
export type BusProof = { accepted: number; recorded: number; replayed: number; in_flight: number; lost: number };
export type Ledger = Balance & {
  balanced: boolean;
  /** Null when the bus does not answer; `bus_error` says why. */
  bus: BusProof | null;
  bus_error: string | null;
  sources: SourceBalance[];
};

export type Source = SourceRef & {
  autonomy: 'Disabled' | 'Shadow' | 'Suggest' | 'Auto';
  auto_threshold: number;
  suspended: boolean;
  health: { state: HealthState; message: string };
  last_message_at: string | null;
  counts: Balance;
  webhook_url: string | null;
  /** The line that sends a message, with its secret; null when the reader may not see it. */
  curl?: string | null;
};

export type TrackerEvent = {
  id: number;
  at: string;
  actor: { kind: 'member' | 'system' | 'source'; name: string };
  verb: string;
  entity: { type: string; id: string };
  data: Record<string, unknown>;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
};

export type HealthReport = {
  status: 'ok' | 'degraded' | 'down';
  dependencies: { name: string; status: string; detail: string; latency_ms: number | null }[];
  components: { name: string; status: string; last_seen: string | null; detail: string }[];
  version: string;
};

/** RFC 9457 problem details; `cure` says what to do about it. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  cure?: string;
  errors?: { loc?: string; message?: string }[];
};
