"""Fills a migrated database with a team's years: tasks and messages by the hundred thousand, in minutes.

Rows are made by the database itself, with fixed seeds, so that two runs compare. Distributions are those of a team that
has worked for a while: most tasks are done, few are urgent, a third has a due date, words follow Zipf. Vectors are left
out: neighbours are not what this measures, and their index would take most of the time.
"""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

_SECONDS = 1800
_BATCH = 50_000

MEMBERS = 12
SOURCES = 8
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
"""

# A word by its rank: the square of an even number between 0 and 1 makes the first ones common.
_TEXT = """
create function pg_temp.said(n bigint, words int) returns text language sql immutable as $$
  select string_agg(w[1 + (power((hashint8(n * 31 + i) & 1048575) / 1048576.0, 2) * array_length(w, 1))::int
                      % array_length(w, 1)], ' ' order by i)
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
                  labels, source_id, confidence, created_at, updated_at, decided_at, closed_at, version,
                  vector_version)
select pg_temp.key(at, 't' || n), workspace, n, initcap(pg_temp.said(n, 5)) || ' ' || n,
       pg_temp.said(n + 500000000, 40),
       case when a % 100 < 2 then 'triage' when a % 100 < 9 then 'todo' when a % 100 < 11 then 'in_progress'
            when a % 100 < 90 then 'done' else 'declined' end,
       (array['bug', 'feature', 'question', 'task', 'incident'])[1 + b % 5],
       case when c % 100 < 3 then 'urgent' when c % 100 < 20 then 'high' when c % 100 < 70 then 'medium' else 'low' end,
       case when b % 4 > 0 then people[1 + c % array_length(people, 1)] end,
       case when c % 3 = 0 then (at + (b % 60) * interval '1 day')::date end,
       case a % 7 when 0 then array['backend'] when 1 then array['frontend', 'ui']
            when 2 then array['customer-' || b % 400] else array[]::text[] end,
       sources[1 + a % array_length(sources, 1)], 0.5 + (a % 500) / 1000.0, at,
       least(now(), at + (c % 20) * interval '1 day'),
       case when a % 100 >= 2 then least(now(), at + (b % 50) * interval '1 hour') end,
       case when a % 100 >= 11 then least(now(), at + (c % 20) * interval '1 day') end, 1 + a % 4, ''
  from rolled, team
"""

_MESSAGES = """
with team as (select w.id as workspace,
                     array(select id from source s where s.workspace_id = w.id order by name) as sources
                from workspace w where slug = 'default'),
rolled as (select n, now() - (($3 - n)::float / $3) * interval '730 days' as at, hashint8(n) & 1048575 as a
             from generate_series($1::bigint, $2::bigint) n)
insert into message (id, workspace_id, source_id, external_id, reply_to, sender_id, sender_name, sender_address,
                     subject, text, url, sent_at, sent_offset, received_at, recorded_at, state, state_reason, attempts,
                     last_error, trace_id, raw, raw_encoding, stream_epoch, stream_seq)
select pg_temp.key(at, 'm' || n), workspace, sources[1 + a % array_length(sources, 1)], 'm' || n, '', '', 'Ann', '', '',
       pg_temp.said(n, 12), '', at, 0, at, at, case when a % 10 < 1 then 'task' else 'ignored' end, '', 1, '', '', '',
       'text', 1, n
  from rolled, team
"""

_VERDICTS = """
insert into verdict (id, workspace_id, message_id, provider, model, prompt_version, category, priority, actionable,
                     confidence, language, reason, output, tokens_in, tokens_out, cost_micros, latency_ms,
                     vector_version, created_at)
select pg_temp.key(m.recorded_at, 'v' || n), m.workspace_id, m.id, 'embedded', 'bench', '', 'bug', 'medium', false, 0.9,
       'en', '', '{}', n % 100, n % 30, n % 7, 5 + n % 400, '', m.recorded_at + (n % 900) * interval '10 milliseconds'
  from generate_series($1::bigint, $2::bigint) n join message m on m.external_id = 'm' || n
  join source s on s.id = m.source_id and s.namespace = 'bench' where $3::float > 0
"""

_LINKS = """
insert into task_message (task_id, message_id, workspace_id)
select t.id, m.id, t.workspace_id from task t join message m on m.external_id = 'm' || (t.number * $1)
"""


@dataclass(frozen=True)
class Filled:
    workspace_id: UUID
    member_id: UUID


async def fill(database_url: str, *, tasks: int, messages: int) -> Filled:
    """Add a team with so many tasks and messages; the database must be migrated and without tasks."""
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        await connection.execute(_TEAM.format(members=MEMBERS, sources=SOURCES))
        await connection.execute(_TEXT.format(words=_WORDS))
        for statement, total in ((_TASKS, tasks), (_MESSAGES, messages), (_VERDICTS, messages)):
            for first in range(1, total + 1, _BATCH):
                last = min(first + _BATCH - 1, total)
                await connection.execute(statement, first, last, float(total), timeout=_SECONDS)
        await connection.execute(_LINKS, max(1, messages // max(1, tasks)), timeout=_SECONDS)
        await connection.execute("update workspace set next_task_number = $1 where slug = 'default'", tasks + 1)
        # Autovacuum would do it within minutes; an index without a visibility map is read twice.
        await connection.execute("vacuum analyze", timeout=_SECONDS)
        row = await connection.fetchrow(
            "select w.id, m.id from workspace w join member m on m.workspace_id = w.id where slug = 'default' limit 1"
        )
        return Filled(*row)
    finally:
        await connection.close()
