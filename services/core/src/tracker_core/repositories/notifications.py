"""What members are told in their channels: made with the event, sent from its row, once.

A row says what happened; whether its member wants to hear of it, and now, is asked when it goes out, so that a setting
counts from the moment that it is changed. Who is linked with no channel has no rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.asking import TaskCard
from tracker_core.ids import new_id
from tracker_core.quiet import DEFAULT_ZONE, zone_of
from tracker_core.tables import NotificationKind

LATE = timedelta(days=7)
"""How late somebody is still told that a task is overdue: after an outage, and not of what lies there for months."""
_BEGINNING = 600
"""Characters of a description that a chat shows."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a member wants to be told, and when."""

    assigned: bool = True
    due: bool = True
    """Due and overdue."""
    mentioned: bool = True
    approval: bool = True
    quiet_from: time | None = time(21)
    quiet_until: time | None = time(8)
    zone: str | None = None
    paused_reason: str = ""
    """Why nothing is told at all; empty when it is."""

    def wants(self, kind: NotificationKind) -> bool:
        """Say whether this kind is to be told."""
        match kind:
            case NotificationKind.ASSIGNED:
                return self.assigned
            case NotificationKind.DUE | NotificationKind.OVERDUE:
                return self.due
            case NotificationKind.MENTIONED:
                return self.mentioned
            case NotificationKind.APPROVAL:
                return self.approval


_PREFERENCES = "assigned, due, mentioned, approval, quiet_from, quiet_until, zone, paused_reason"


async def find_preferences(connection: AsyncConnection, member_id: UUID) -> Preferences:
    """Return what a member wants; the defaults where nothing was said."""
    found = await connection.execute(
        text(f"select {_PREFERENCES} from notification_settings where member_id = :member"),  # noqa: S608 -- constants
        {"member": member_id},
    )
    row = found.one_or_none()
    return Preferences() if row is None else Preferences(*row)


async def save_preferences(
    connection: AsyncConnection, workspace_id: UUID, member_id: UUID, wanted: Preferences
) -> None:
    """Keep what a member wants; what waits is looked at anew."""
    await connection.execute(
        text(
            f"insert into notification_settings (member_id, workspace_id, updated_at, {_PREFERENCES})"  # noqa: S608 -- constants
            " values (:member, :workspace, now(), :assigned, :due, :mentioned, :approval, :quiet_from, :quiet_until,"
            " :zone, :paused_reason) on conflict (member_id) do update set updated_at = now(),"
            + ", ".join(f" {name} = excluded.{name}" for name in _PREFERENCES.split(", "))
        ),
        {
            "member": member_id,
            "workspace": workspace_id,
            **{name: getattr(wanted, name) for name in _PREFERENCES.split(", ")},
        },
    )
    await connection.execute(
        text(
            "update notification set next_attempt_at = now()"
            " where member_id = :member and state = 'queued' and attempts = 0"
        ),
        {"member": member_id},
    )


async def resume(connection: AsyncConnection, member_id: UUID) -> None:
    """Tell a member again who had blocked the bot, or paused it."""
    await connection.execute(
        text("update notification_settings set paused_reason = '' where member_id = :member"), {"member": member_id}
    )


async def is_reachable(connection: AsyncConnection, member_id: UUID) -> bool:
    """Say whether the member is linked with a channel that takes notifications."""
    found = await connection.execute(
        text("select true from member_identity where member_id = :member and kind = 'telegram' limit 1"),
        {"member": member_id},
    )
    return found.scalar() is not None


_LINKED = "exists (select from member_identity i where i.member_id = {member} and i.kind = 'telegram')"
"""Telegram is the one channel that takes notifications so far."""
_INSERT = """
insert into notification
  (id, workspace_id, member_id, task_id, kind, occasion, by_name, detail, state, attempts, next_attempt_at, last_error,
   created_at)
"""
_ONCE = "on conflict (member_id, kind, occasion) do nothing"


async def tell_assignee(connection: AsyncConnection, task_id: UUID, *, by: UUID | None, by_name: str = "") -> None:
    """Tell whoever has a task now that it was assigned; nothing when it is only suggested, or their own doing."""
    await connection.execute(
        text(
            f"{_INSERT} select :id, t.workspace_id, t.assignee_id, t.id, 'assigned', t.id || ':' || t.version,"  # noqa: S608 -- constants
            " :by_name, '', 'queued', 0, now(), '', now() from task t where t.id = :task"
            " and t.status in ('todo', 'in_progress') and t.assignee_id is distinct from cast(:by as uuid)"
            f" and {_LINKED.format(member='t.assignee_id')} {_ONCE}"
        ),
        {"id": new_id(), "task": task_id, "by": by, "by_name": by_name},
    )


async def tell(
    connection: AsyncConnection,
    task_id: UUID,
    members: Sequence[UUID],
    kind: NotificationKind,
    *,
    occasion: str,
    by_name: str,
    detail: str,
) -> None:
    """Tell members of something about a task, once for each occasion."""
    for member_id in members:
        await connection.execute(
            text(
                f"{_INSERT} select :id, t.workspace_id, :member, t.id, :kind, :occasion, :by_name, :detail, 'queued',"  # noqa: S608 -- constants
                f" 0, now(), '', now() from task t where t.id = :task and {_LINKED.format(member=':member')} {_ONCE}"
            ),
            {
                "id": new_id(),
                "member": member_id,
                "task": task_id,
                "kind": kind,
                "occasion": occasion,
                "by_name": by_name,
                "detail": detail,
            },
        )


_FIND_DUE = f"""
select t.id, t.workspace_id, t.assignee_id, case when t.due_on = z.today then 'due' else 'overdue' end as kind,
       t.id || ':' || t.due_on as occasion
  from workspace w join task t on t.workspace_id = w.id left join notification_settings s on s.member_id = t.assignee_id
  join unnest(cast(:zones as text[]), cast(:todays as date[])) z (zone, today) on z.zone = coalesce(s.zone, :default)
 where t.status in ('todo', 'in_progress') and t.due_on between :earliest and :latest
   and t.due_on between z.today - cast(:late as int) and z.today
   and (t.snoozed_until is null or t.snoozed_until <= :now) and {_LINKED.format(member="t.assignee_id")}
   and not exists (select from notification n where n.member_id = t.assignee_id
                      and n.kind = case when t.due_on = z.today then 'due' else 'overdue' end
                      and n.occasion = t.id || ':' || t.due_on)
 order by t.id limit :limit
"""  # noqa: S608 -- constants


async def tell_due(connection: AsyncConnection, now: datetime, *, limit: int) -> int:
    """Tell of what is due today, on each member's own calendar, and of what was until lately; return how many."""
    found = await connection.execute(
        text("select distinct zone from notification_settings where zone is not null union select :default"),
        {"default": DEFAULT_ZONE},
    )
    todays = {zone: now.astimezone(zone_of(zone)).date() for zone in found.scalars()}
    rows = await connection.execute(
        text(_FIND_DUE),
        {
            "zones": list(todays),
            "todays": list(todays.values()),
            "default": DEFAULT_ZONE,
            # For the index: the same for all zones.
            "earliest": min(todays.values()) - LATE,
            "latest": max(todays.values()),
            "late": LATE.days,
            "now": now,
            "limit": limit,
        },
    )
    due = [dict(row) | {"new_id": new_id()} for row in rows.mappings()]
    if due:
        await connection.execute(
            text(
                f"{_INSERT} values (:new_id, :workspace_id, :assignee_id, :id, :kind, :occasion, '', '', 'queued', 0,"
                f" now(), '', now()) {_ONCE}"
            ),
            due,
        )
    return len(due)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notification whose time has come, with all that decides what becomes of it."""

    id: UUID
    attempt: int
    """The one to come."""
    kind: NotificationKind
    created_at: datetime
    by_name: str
    detail: str
    preferences: Preferences
    source: str
    """Through which it goes, `namespace/name`; empty when there is none any more."""
    recipient_id: str
    recipient_name: str
    is_true: bool
    """What it says is still so."""
    task: TaskCard


# An assignment, a due date and an answer that waits may all be of yesterday: then nothing is to be said.
_TAKE = f"""
select n.id, n.attempts + 1 as attempt, n.kind, n.created_at, n.by_name, n.detail,
       {", ".join(f"s.{name}" for name in _PREFERENCES.split(", "))}, s.member_id is not null as is_set,
       i.external_id, i.name as recipient_name, coalesce(own.key, any_source.key, '') as source,
       case n.kind
         when 'assigned' then t.assignee_id = n.member_id and t.status in ('todo', 'in_progress')
         when 'mentioned' then true
         when 'approval' then exists (select from reply r where r.id::text = n.occasion
                                         and r.state = 'awaiting_approval')
         else t.assignee_id = n.member_id and t.status in ('todo', 'in_progress')
              and n.occasion = t.id || ':' || t.due_on
       end as is_true,
       t.number, t.title, left(t.description, {_BEGINNING}) as description, t.status, t.category, t.priority,
       t.due_on, t.version, a.name as assignee, t.assignee_id = n.member_id as mine, v.reason
  from notification n join task t on t.id = n.task_id
  left join member a on a.id = t.assignee_id left join verdict v on v.id = t.verdict_id
  left join notification_settings s on s.member_id = n.member_id
  left join lateral (select external_id, name, source_id from member_identity
                      where member_id = n.member_id and kind = 'telegram' order by created_at desc limit 1) i on true
  left join lateral (select namespace || '/' || name as key from source where id = i.source_id) own on true
  left join lateral (select namespace || '/' || name as key from source
                      where workspace_id = n.workspace_id and kind = 'telegram' order by id limit 1) any_source on true
 where n.state = 'queued' and n.next_attempt_at <= :now order by n.next_attempt_at limit :limit
   for update of n skip locked
"""  # noqa: S608 -- constants


async def take_waiting(connection: AsyncConnection, now: datetime, *, limit: int) -> list[Waiting]:
    """Return what is due, oldest first, locked until the end of the transaction."""
    rows = await connection.execute(text(_TAKE), {"now": now, "limit": limit})
    return [
        Waiting(
            id=row.id,
            attempt=row.attempt,
            kind=NotificationKind(row.kind),
            created_at=row.created_at,
            by_name=row.by_name,
            detail=row.detail,
            preferences=Preferences(*(getattr(row, name) for name in _PREFERENCES.split(", ")))
            if row.is_set
            else Preferences(),
            source=row.source if row.external_id else "",
            recipient_id=row.external_id or "",
            recipient_name=row.recipient_name or "",
            is_true=bool(row.is_true),
            task=_card(row),
        )
        for row in rows
    ]


def _card(row) -> TaskCard:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- SQLAlchemy's row has no shape
    due_on: date | None = row.due_on
    return TaskCard(
        number=row.number,
        title=row.title,
        description=row.description,
        status=row.status,
        category=row.category,
        priority=row.priority,
        assignee=row.assignee or "",
        mine=bool(row.mine),
        due_on=due_on.isoformat() if due_on else "",
        reason=row.reason or "",
        version=row.version,
    )


async def put_off(connection: AsyncConnection, notification_id: UUID, until: datetime) -> None:
    """Look at it again then."""
    await connection.execute(
        text("update notification set next_attempt_at = :until where id = :id"),
        {"id": notification_id, "until": until},
    )


async def drop(connection: AsyncConnection, notification_id: UUID, reason: str) -> None:
    """Say nothing, for this reason."""
    await connection.execute(
        text("update notification set state = 'dropped', next_attempt_at = null, last_error = :reason where id = :id"),
        {"id": notification_id, "reason": reason},
    )


async def mark_leaving(connection: AsyncConnection, notification_id: UUID, again: datetime) -> None:
    """Count an attempt; it is made again then, if nobody has told by that time what became of it."""
    await connection.execute(
        text("update notification set attempts = attempts + 1, next_attempt_at = :again where id = :id"),
        {"id": notification_id, "again": again},
    )


async def mark_sent(connection: AsyncConnection, notification_id: UUID, *, at: datetime, detail: str) -> None:
    """Note that the channel has taken it."""
    await connection.execute(
        text(
            "update notification set state = 'sent', sent_at = :at, next_attempt_at = null, last_error = :detail"
            " where id = :id and state <> 'sent'"
        ),
        {"id": notification_id, "at": at, "detail": detail},
    )


async def mark_failed(connection: AsyncConnection, notification_id: UUID, error: str) -> None:
    """Note that the channel will not take it."""
    await connection.execute(
        text(
            "update notification set state = 'failed', next_attempt_at = null, last_error = :error"
            " where id = :id and state = 'queued'"
        ),
        {"id": notification_id, "error": error},
    )


async def try_again(connection: AsyncConnection, notification_id: UUID, attempt: int, at: datetime, error: str) -> None:
    """Try it again then; nothing when a newer attempt is under way."""
    await connection.execute(
        text(
            "update notification set next_attempt_at = :at, last_error = :error"
            " where id = :id and state = 'queued' and attempts = :attempt"
        ),
        {"id": notification_id, "attempt": attempt, "at": at, "error": error},
    )


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose a notification is."""

    workspace_id: UUID
    member_id: UUID
    created_at: datetime


async def find_owner(connection: AsyncConnection, notification_id: UUID) -> Owned | None:
    """Return whose it is and since when it waits; None when it was removed."""
    found = await connection.execute(
        text("select workspace_id, member_id, created_at from notification where id = :id"), {"id": notification_id}
    )
    row = found.one_or_none()
    return None if row is None else Owned(*row)
