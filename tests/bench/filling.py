"""Fills a migrated database with a team's years: tasks and messages by the hundred thousand, in minutes.

Rows are made by the database itself, with fixed seeds, so that two runs compare. Distributions are those of a team that
has worked for a while: most tasks are done, few are urgent, a third has a due date, words follow Zipf, most messages
are noise, half of them stand in conversations of which some are endless, one Source has been silent for long. Vectors
are left out: neighbours are not what this measures, and their index would take most of the time.
"""

import asyncpg

_SECONDS = 1800
_BATCH = 50_000

MEMBERS = 20
SOURCES = 15
"""The last one has brought nothing since the first weeks."""
RARE = "zeppelin"
"""A word that one task or message in five thousand has."""
_WORDS = (
    "export button invoice login customer report timeout error payment page mobile search filter dashboard email"
    " password upload slow crash broken wrong total currency date calendar sync webhook token permission role admin"
    " archive restore printer label order shipping refund coupon cart checkout image avatar profile settings language"
    " звіт помилка оплата експорт rapport Fehler Rechnung Anmeldung factura pedido"
)

_TEAM = """
insert into workspace (id, slug, name, next_task_number, created_at)
values (gen_random_uuid(), 'default', 'Default', 1, now()) on conflict (slug) do nothing;
insert into member (id, workspace_id, name, email, role, created_at)
select gen_random_uuid(), w.id, 'Member ' || n, 'member' || n || '@example.org', 'member', now()
  from workspace w, generate_series(1, {members}) n where w.slug = 'default';
insert into source (id, workspace_id, namespace, name, kind, spec, webhook_path, created_at, updated_at)
select gen_random_uuid(), w.id, 'bench', 'source-' || n, 'webhook', '{{"type": "webhook"}}', '/webhook/bench/' || n,
       now(), now()
  from workspace w, generate_series(1, {sources}) n where w.slug = 'default';
insert into conversation (id, workspace_id, source_id, external_key, created_at)
select gen_random_uuid(), s.workspace_id, s.id, 'chat-' || n, now()
  from source s, generate_series(1, {conversations}) n where s.namespace = 'bench' and s.name like 'source-%';
insert into saved_view (id, workspace_id, owner_id, name, shared, layout, filter, sort, options, created_at, updated_at,
                        version)
select gen_random_uuid(), m.workspace_id, m.id, 'View ' || n, n % 2 = 0, 'table', 'status:open', '-priority', '{{}}',
       now(), now(), 1
  from member m, generate_series(1, 5) n;
"""

# A word by its rank: the square of an even number between 0 and 1 makes the first ones common.
_TEXT = """
create function pg_temp.said(n bigint, words int) returns text language sql immutable as $$
  select string_agg(w[1 + (power((hashint8(n * 31 + i) & 1048575) / 1048576.0, 2) * array_length(w, 1))::int
                      % array_length(w, 1)], ' ' order by i) || case when n % 5000 = 17 then ' {rare}' else '' end
    from generate_series(1, words) i, (select string_to_array('{words}', ' ') as w) dictionary
$$;
create function pg_temp.key(at timestamptz, salt text) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3) || '8'
          || substr(md5(salt), 4, 15))::uuid
$$;
"""

_TASKS = """
with team as (select w.id as workspace,
                     array(select id from member m where m.workspace_id = w.id order by name) as people,
                     array(select id from source s where s.workspace_id = w.id order by name) as sources
                from workspace w where slug = 'default'),
rolled as (select n, now() - (($3 - n)::float / $3) * interval '730 days' as at, hashint8(n) & 1048575 as a,
                  hashint8(n + 7777777) & 1048575 as b, hashint8(n + 99999999) & 1048575 as c
             from generate_series($1::bigint, $2::bigint) n)
insert into task (id, workspace_id, number, title, description, status, category, priority, assignee_id, due_on,
                  snoozed_until, labels, source_id, confidence, created_at, updated_at, decided_at, closed_at, version,
                  vector_version)
select pg_temp.key(at, 't' || n), workspace, n, initcap(pg_temp.said(n, 5)) || ' ' || n,
       pg_temp.said(n + 500000000, 40) || ' INV-' || n,
       case when a % 100 < 2 then 'triage' when a % 100 < 9 then 'todo' when a % 100 < 11 then 'in_progress'
            when a % 100 < 90 then 'done' else 'declined' end,
       (array['bug', 'feature', 'question', 'task', 'incident'])[1 + b % 5],
       case when c % 100 < 3 then 'urgent' when c % 100 < 20 then 'high' when c % 100 < 70 then 'medium' else 'low' end,
       case when b % 4 > 0 then people[1 + c % array_length(people, 1)] end,
       case when c % 3 = 0 then (at + (b % 60) * interval '1 day')::date end,
       case when a % 100 < 2 and b % 10 = 0 then now() + (c % 20) * interval '1 day' end,
       case a % 7 when 0 then array['backend'] when 1 then array['frontend', 'ui']
            when 2 then array['customer-' || b % 400] else array[]::text[] end,
       sources[1 + a % (array_length(sources, 1) - 1)], 0.5 + (a % 500) / 1000.0, at,
       least(now(), at + (c % 20) * interval '1 day'),
       case when a % 100 >= 2 then least(now(), at + (b % 50) * interval '1 hour') end,
       case when a % 100 >= 11 then least(now(), at + (c % 20) * interval '1 day') end, 1 + a % 4, ''
  from rolled, team
"""

# Each task has one of its own, a few still wait, and a thousandth is dead.
_MESSAGES = """
with team as (select w.id as workspace,
                     array(select id from source s where s.workspace_id = w.id and s.namespace = 'bench'
                            and s.name like 'source-%' order by substr(name, 8)::int) as sources
                from workspace w where slug = 'default'),
rolled as (select n, now() - (($3 - n)::float / $3) * interval '730 days' as at, hashint8(n) & 1048575 as a,
                  hashint8(n + 424242) & 1048575 as b
             from generate_series($1::bigint, $2::bigint) n),
placed as (select *, sources[case when n < $3 / 50 and a % 15 = 0 then 15 else 1 + a % 14 end] as source
             from rolled, team)
insert into message (id, workspace_id, source_id, external_id, conversation_id, reply_to, sender_id, sender_name,
                     sender_address, subject, text, url, sent_at, sent_offset, received_at, recorded_at, state,
                     state_reason, attempts, last_error, trace_id, raw, raw_encoding, stream_epoch, stream_seq)
select pg_temp.key(at, 'm' || n), workspace, source, 'm' || n, c.id, '', 'U' || b % 500, 'Ann ' || b % 500, '',
       case when a % 3 = 0 then pg_temp.said(n + 7, 4) else '' end, pg_temp.said(n, 12) || ' INV-' || n, '', at, 0, at,
       at, case when n > $3 - 40 then 'waiting' when n % $5 = 0 then 'task' when b % 1000 = 7 then 'dead'
                else 'ignored' end,
       case when n % $5 = 0 then '' when b % 4 = 0 then 'duplicate of another message' else 'no work in it' end, 1, '',
       md5(n::text), '{"text": "' || pg_temp.said(n, 12) || '", "from": {"id": ' || b || '}}', 'text', $4, n
  from placed
  left join conversation c on b % 2 = 0 and c.source_id = source
       and c.external_key = 'chat-' || (1 + (power((b & 4095) / 4096.0, 3) * 200)::int % 200)
"""

_VERDICTS = """
insert into verdict (id, workspace_id, message_id, provider, model, prompt_version, category, priority, actionable,
                     confidence, language, reason, output, tokens_in, tokens_out, cost_micros, latency_ms,
                     vector_version, created_at)
select pg_temp.key(m.recorded_at, 'v' || n), m.workspace_id, m.id, case when n % 20 = 0 then 'ollama'
       else 'embedded' end,
       'bench-' || n / 400000, '', (array['bug', 'noise', 'question', 'task', 'noise'])[1 + n % 5], 'medium',
       m.state = 'task', 0.5 + (n % 500) / 1000.0, (array['en', 'de', 'es', 'uk'])[1 + n % 4], 'It reads like that.',
       '{}', n % 100, n % 30, n % 7, 5 + n % 400, '', m.recorded_at + (n % 900) * interval '10 milliseconds'
  from generate_series($1::bigint, $2::bigint) n join message m on m.external_id = 'm' || n
  join source s on s.id = m.source_id and s.namespace = 'bench' where $3::float > 0 and m.state <> 'waiting'
"""

_EVENTS = """
insert into event (workspace_id, transaction_id, at, actor_kind, actor_name, verb, entity_type, entity_id, data)
select m.workspace_id, m.id, m.recorded_at, 'source', 'bench', 'message.recorded', 'message', m.id,
       '{"source": "bench/source-1", "state": "waiting"}'
  from generate_series($1::bigint, $2::bigint) n join message m on m.external_id = 'm' || n where $3::float > 0
"""

# What hangs on tasks and messages; each is a statement over all of them.
_LINKS = """
insert into task_message (task_id, message_id, workspace_id)
select t.id, m.id, t.workspace_id from task t join message m on m.external_id = 'm' || (t.number * {step});
update task t set verdict_id = v.id, conversation_id = m.conversation_id
  from task_message tm join message m on m.id = tm.message_id join verdict v on v.message_id = m.id
 where tm.task_id = t.id and t.number % 4 > 0;
insert into event (workspace_id, transaction_id, at, actor_kind, actor_name, verb, entity_type, entity_id, data, before,
                   after)
select t.workspace_id, t.id, t.created_at, 'member', 'Member 1', case n when 0 then 'task.created'
       else 'task.updated' end, 'task', t.id, '{{}}', '{{"status": "triage"}}', '{{"status": "todo"}}'
  from task t, generate_series(0, 2) n;
insert into comment (id, workspace_id, task_id, author_id, body, created_at)
select gen_random_uuid(), t.workspace_id, t.id, t.assignee_id, 'Looked at it.', t.updated_at
  from task t, generate_series(1, 3) n where t.number % 3 = 0;
insert into duplicate_proposal (id, workspace_id, task_id, other_id, score, reason, state, created_at)
select gen_random_uuid(), t.workspace_id, t.id, o.id, 0.8, 'Both speak of it', case when t.number % 2 = 0 then 'open'
       else 'dismissed' end, t.created_at
  from task t join task o on o.number = t.number - 5 where t.number % 20 = 0;
insert into dead_letter (id, workspace_id, source_id, message_id, subject, raw, reason, trace_id, state, note,
                         created_at)
select m.id, m.workspace_id, m.source_id, m.id, '', 'raw', 'The model gave up ' || substr(m.external_id, 3),
       m.trace_id, 'open', '', m.recorded_at from message m where m.state = 'dead';
insert into dead_letter (id, workspace_id, subject, raw, reason, trace_id, state, note, created_at, stream_epoch,
                         stream_seq)
select gen_random_uuid(), w.id, 'inbound.bench.source-1', 'bytes', 'No message', '', case n % 10 when 0 then 'open'
       else 'discarded' end, '', now(), {epoch}, {messages} + n
  from workspace w, generate_series(1, {messages} / 500) n where w.slug = 'default';
insert into replay (stream_epoch, stream_seq, workspace_id, source_id, external_id, created_at)
select {epoch}, m.stream_seq + {messages} + {messages} / 500, m.workspace_id, m.source_id, m.external_id, m.recorded_at
  from message m where m.stream_seq <= {messages} / 20;
insert into lesson (id, workspace_id, source_id, message_id, verdict_id, task_id, judged_category, judged_priority,
                    confidence, category, priority, created_at, updated_at, prediction)
select pg_temp.key(t.created_at, 'l' || t.number), t.workspace_id, m.source_id, m.id, t.verdict_id, t.id,
       case when t.number % 8 = 0 then 'question' else t.category end, t.priority, t.confidence, t.category, t.priority,
       t.created_at, t.created_at, '{{}}'
  from task t join task_message tm on tm.task_id = t.id join message m on m.id = tm.message_id
 where t.verdict_id is not null and t.number % 2 = 0 and t.status <> 'triage';
insert into correction (id, workspace_id, verdict_id, message_id, task_id, member_id, field, before, after, created_at)
select pg_temp.key(l.created_at, 'c' || l.id), l.workspace_id, l.verdict_id, l.message_id, l.task_id, t.assignee_id,
       (array['category', 'priority', 'assignee', 'title'])[1 + t.number % 4], 'a', 'b', l.created_at
  from lesson l join task t on t.id = l.task_id where t.number % 8 = 0;
"""


def last_sequence(messages: int) -> int:
    """Return the last sequence of the inbound stream that the rows speak of: messages, poison, replays."""
    return messages + messages // 500 + messages // 20


async def fill(database_url: str, *, tasks: int, messages: int, stream_epoch: int) -> None:
    """Add a team with so many tasks and messages; the database must be migrated and without tasks."""
    connection = await asyncpg.connect(database_url, timeout=10)
    step = max(1, messages // max(1, tasks))
    try:
        await connection.execute(_TEAM.format(members=MEMBERS, sources=SOURCES, conversations=200))
        await connection.execute(_TEXT.format(words=_WORDS, rare=RARE))
        for statement, total, also in (
            (_TASKS, tasks, ()),
            (_MESSAGES, messages, (stream_epoch, step)),
            (_VERDICTS, messages, ()),
            (_EVENTS, messages, ()),
        ):
            for first in range(1, total + 1, _BATCH):
                last = min(first + _BATCH - 1, total)
                await connection.execute(statement, first, last, float(total), *also, timeout=_SECONDS)
        await connection.execute(_LINKS.format(step=step, epoch=stream_epoch, messages=messages), timeout=_SECONDS)
        await connection.execute("update workspace set next_task_number = $1 where slug = 'default'", tasks + 1)
        # Autovacuum would do it within minutes; an index without a visibility map is read twice.
        await connection.execute("vacuum analyze", timeout=_SECONDS)
    finally:
        await connection.close()
