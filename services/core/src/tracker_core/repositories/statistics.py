"""Figures of a period and of the one before it: how much came in, how fast it went, what it cost, what is left.

Days are those of UTC. What happened to tasks is read off narrow indexes; messages and runs of triage are summed up by
`daily`, and only the days after its sums are counted here.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tracker_core.database import reading
from tracker_core.repositories.daily import (
    COUNT_MESSAGES,
    COUNT_VERDICTS,
    UNJUDGED,
    first_key,
    seconds_of,
    sources_summed_up_to,
    summed_up_to,
)

DAILY_UP_TO = 62
"""Days; a longer period is told by weeks."""
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Span":
        """As many days, just before."""
        return Span(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def steps(self) -> list["Span"]:
        """Return its days, or its weeks from Monday on, of which the first and the last may be short."""
        if self.days <= DAILY_UP_TO:
            return [Span(day, day) for day in (self.first + timedelta(days=n) for n in range(self.days))]
        steps, first = [], self.first
        while first <= self.last:
            last = min(self.last, first + timedelta(days=_WEEK - 1 - first.weekday()))
            steps.append(Span(first, last))
            first = last + timedelta(days=1)
        return steps


@dataclass
class Pair:
    """A count of the period and of the one before."""

    now: int = 0
    before: int = 0

    def add(self, count: int, *, before: bool) -> None:
        """Count for one of both."""
        if before:
            self.before += count
        else:
            self.now += count


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, in seconds."""

    count: int = 0
    median: float | None = None
    p90: float | None = None


@dataclass
class TimesPair:
    """Of the period and of the one before."""

    now: Times = Times()
    before: Times = Times()


@dataclass
class ModelUse:
    """What one model has done in the period."""

    verdicts: Pair = field(default_factory=Pair)
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micros: Pair = field(default_factory=Pair)
    latency: Times = Times()


@dataclass
class Step:
    """A day or a week of the period."""

    span: Span
    messages: Pair = field(default_factory=Pair)
    tasks: int = 0
    closed: int = 0
    open: int = 0
    """At its end."""
    cost_micros: int = 0


@dataclass
class Load:
    """What a member has to do, now, and has done in the period."""

    todo: int = 0
    in_progress: int = 0
    overdue: int = 0
    done: Pair = field(default_factory=Pair)


def _pairs() -> defaultdict[str, Pair]:
    return defaultdict(Pair)


@dataclass
class Statistics:
    """See the API's schema of the same name."""

    span: Span
    steps: list[Step]
    messages: Pair = field(default_factory=Pair)
    tasks: Pair = field(default_factory=Pair)
    done: Pair = field(default_factory=Pair)
    messages_by_source: dict[str, Pair] = field(default_factory=_pairs)
    tasks_by_source: dict[str, Pair] = field(default_factory=_pairs)
    by_category: dict[str, Pair] = field(default_factory=_pairs)
    by_priority: dict[str, Pair] = field(default_factory=_pairs)
    judged: TimesPair = field(default_factory=TimesPair)
    decided: TimesPair = field(default_factory=TimesPair)
    replied: TimesPair = field(default_factory=TimesPair)
    finished: TimesPair = field(default_factory=TimesPair)
    reviewed: Pair = field(default_factory=Pair)
    reviewed_right: Pair = field(default_factory=Pair)
    corrections: Pair = field(default_factory=Pair)
    models: dict[tuple[str, str], ModelUse] = field(default_factory=lambda: defaultdict(ModelUse))
    load: dict[UUID | None, Load] = field(default_factory=lambda: defaultdict(Load))
    names: dict[UUID, str] = field(default_factory=dict)
    """Of the members."""


_MESSAGES = f"""
with late as materialized ({COUNT_MESSAGES}),
by_source as (
  select day, source_id, messages from source_day where workspace_id = :workspace and day between :since and :last
   union all select day, source_id, messages from late),
by_wait as (
  select day, waited, messages from wait_day where workspace_id = :workspace and day between :since and :last
   union all select day, waited, messages from late where waited <> {UNJUDGED}),
counted as (
  select day < :first as before, day, source_id, null::smallint as waited, sum(messages)::bigint as messages
    from by_source group by grouping sets ((1, 2), (1, 3))
   union all select day < :first, null, null, waited, sum(messages)::bigint from by_wait group by 1, 4)
select counted.*, s.namespace || '/' || s.name as source from counted left join source s on s.id = counted.source_id
"""  # noqa: S608 -- constants

_VERDICTS = f"""
with counted as (
  select day, provider, model, took, verdicts, tokens_in, tokens_out, cost_micros from verdict_day
   where workspace_id = :workspace and day between :since and :last
   union all {COUNT_VERDICTS})
select day < :first as before, day, provider, model, took, sum(verdicts)::bigint as verdicts,
       sum(tokens_in)::bigint as tokens_in, sum(tokens_out)::bigint as tokens_out,
       sum(cost_micros)::bigint as cost_micros
  from counted group by grouping sets ((1, 2), (1, 3, 4, 5))
"""  # noqa: S608 -- constants

_TASKS = """
select t.before, t.category, t.priority, coalesce(s.namespace || '/' || s.name, '') as source,
       t.tasks
  from (select created_at < :first_at as before, category, priority, source_id, count(*) as tasks
          from task
         where workspace_id = :workspace and created_at >= :since_at and created_at < :until_at
         group by 1, 2, 3, 4) t left join source s on s.id = t.source_id
"""
_TASKS_BY_DAY = """
select (created_at at time zone 'UTC')::date as day, count(*) as tasks
  from task
 where workspace_id = :workspace and created_at >= :first_at and created_at < :until_at
 group by 1
"""

_CLOSED = """
select t.closed_at < :first_at as before, (t.closed_at at time zone 'UTC')::date as day, t.status = 'done' as is_done,
       t.assignee_id, count(*) as tasks
  from task t
 where t.workspace_id = :workspace and t.closed_at >= :since_at and t.closed_at < :until_at
 group by grouping sets ((1, 2), (1, 3, 4))
"""

_OPEN = """
select t.assignee_id, t.status, count(*) as tasks, count(*) filter (where t.due_on < :today) as overdue
  from task t
 where t.workspace_id = :workspace and t.status in ('triage', 'todo', 'in_progress')
 group by 1, 2
"""
# What was open at the end: what is open now, without what came later, and with what was closed later.
_LATER = """
select (select count(*) from task t where t.workspace_id = :workspace and t.closed_at >= :until_at)
       - (select count(*) from task t where t.workspace_id = :workspace and t.created_at >= :until_at)
"""

_REVIEWED = """
select l.created_at < :first_at as before, count(*) as reviewed,
       count(*) filter (where l.category = l.judged_category) as reviewed_right
  from lesson l
 where l.workspace_id = :workspace and l.id >= :since_key and l.created_at >= :since_at and l.created_at < :until_at
 group by 1
"""
_CORRECTIONS = """
select c.created_at < :first_at as before, count(*) as corrections
  from correction c
 where c.workspace_id = :workspace and c.id >= :since_key and c.created_at >= :since_at and c.created_at < :until_at
 group by 1
"""


def _took(moment: str, also: str = "") -> str:
    return f"""
select t.{moment} < :first_at as before, count(*) as tasks,
       percentile_cont(array[0.5, 0.9]) within group (order by t.{moment} - t.created_at)
  from task t
 where t.workspace_id = :workspace and t.{moment} >= :since_at and t.{moment} < :until_at {also}
 group by 1
"""  # noqa: S608 -- constants


_TIMES = {
    "decided": _took("decided_at"),
    "replied": _took("replied_at"),
    "finished": _took("closed_at", "and t.status = 'done'"),
}


async def read_statistics(engine: AsyncEngine, workspace_id: UUID, span: Span) -> Statistics:
    """Return the figures of a period; times of triage and of models are exact to a tenth, all others are exact."""
    found = Statistics(span, [Step(step) for step in span.steps()])

    async def ask(*questions: Callable[[_Reading], Awaitable[None]]) -> None:
        async with reading(engine) as connection:
            asking = _Reading(connection, workspace_id, found)
            for question in questions:
                await question(asking)

    # Two connections, as about as much is to be read for each: a year is a hundred thousand tasks.
    await asyncio.gather(
        ask(_Reading.tasks, _Reading.closed_and_open),
        ask(_Reading.messages, _Reading.verdicts, _Reading.times, _Reading.quality),
    )
    return found


class _Reading:
    """Asks each question once and puts the answers where they belong."""

    def __init__(self, connection: AsyncConnection, workspace_id: UUID, found: Statistics) -> None:
        self._connection, self._found = connection, found
        span = found.span
        self._values: dict[str, Any] = {
            "workspace": workspace_id,
            "since": span.before.first,
            "first": span.first,
            "last": span.last,
            "since_at": _midnight(span.before.first),
            "first_at": _midnight(span.first),
            "until_at": _midnight(span.last + timedelta(days=1)),
            "since_key": first_key(span.before.first),
            "today": datetime.now(UTC).date(),
        }
        self._step_of: Mapping[date, Step] = {
            step.span.first + timedelta(days=n): step for step in found.steps for n in range(step.span.days)
        }

    async def _ask(self, query: str, **values: Any) -> Iterator[Any]:
        return iter(await self._connection.execute(text(query), self._values | values))

    def _step(self, row: Any) -> Step:
        # The days of the period before stand beside those of this one.
        day: date = row.day + timedelta(days=self._found.span.days) if row.before else row.day
        return self._step_of[day]

    def _keys_from(self, summed: date) -> dict[str, Any]:
        """Return the range of keys that is not summed up."""
        end = self._found.span.last + timedelta(days=1)
        return {"begin": first_key(min(end, max(summed, self._values["since"]))), "end": first_key(end)}

    async def messages(self) -> None:
        waited: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
        summed = await sources_summed_up_to(self._connection, self._values["workspace"])
        for row in await self._ask(_MESSAGES, **self._keys_from(summed)):
            if row.day is not None:
                self._found.messages.add(row.messages, before=row.before)
                self._step(row).messages.add(row.messages, before=row.before)
            elif row.source is not None:
                self._found.messages_by_source[row.source].add(row.messages, before=row.before)
            else:
                waited[row.before][row.waited] += row.messages
        self._found.judged = TimesPair(_times_of(waited[False]), _times_of(waited[True]))

    async def verdicts(self) -> None:
        took: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        summed = await summed_up_to(self._connection, self._values["workspace"])
        for row in await self._ask(_VERDICTS, **self._keys_from(summed)):
            if row.day is not None:
                if not row.before:
                    self._step(row).cost_micros += row.cost_micros
                continue
            model = self._found.models[row.provider, row.model]
            model.verdicts.add(row.verdicts, before=row.before)
            model.cost_micros.add(row.cost_micros, before=row.before)
            if not row.before:
                model.tokens_in += row.tokens_in
                model.tokens_out += row.tokens_out
                took[row.provider, row.model][row.took] += row.verdicts
        for name, counted in took.items():
            self._found.models[name].latency = _times_of(counted)

    async def tasks(self) -> None:
        for row in await self._ask(_TASKS):
            self._found.tasks.add(row.tasks, before=row.before)
            self._found.by_category[row.category].add(row.tasks, before=row.before)
            self._found.by_priority[row.priority].add(row.tasks, before=row.before)
            self._found.tasks_by_source[row.source].add(row.tasks, before=row.before)
        for row in await self._ask(_TASKS_BY_DAY):
            self._step_of[row.day].tasks += row.tasks

    async def closed_and_open(self) -> None:
        for row in await self._ask(_CLOSED):
            if row.is_done:
                self._found.done.add(row.tasks, before=row.before)
                self._found.load[row.assignee_id].done.add(row.tasks, before=row.before)
            elif row.day is not None and not row.before:
                self._step(row).closed += row.tasks
        left = 0
        for row in await self._ask(_OPEN):
            left += row.tasks
            if row.status != "triage":
                load = self._found.load[row.assignee_id]
                setattr(load, row.status, row.tasks)
                load.overdue += row.overdue
        left += next(await self._ask(_LATER))[0]
        for step in reversed(self._found.steps):
            step.open = left
            left += step.closed - step.tasks
        members = await self._ask("select id, name from member where workspace_id = :workspace")
        self._found.names = {row.id: row.name for row in members}

    async def times(self) -> None:
        for name, query in _TIMES.items():
            pair: TimesPair = getattr(self._found, name)
            for before, count, (median, p90) in await self._ask(query):
                times = Times(count, median.total_seconds(), p90.total_seconds())
                setattr(pair, "before" if before else "now", times)

    async def quality(self) -> None:
        for row in await self._ask(_REVIEWED):
            self._found.reviewed.add(row.reviewed, before=row.before)
            self._found.reviewed_right.add(row.reviewed_right, before=row.before)
        for row in await self._ask(_CORRECTIONS):
            self._found.corrections.add(row.corrections, before=row.before)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _times_of(buckets: Counter[int]) -> Times:
    return Times(buckets.total(), _quantile(buckets, 0.5), _quantile(buckets, 0.9))


def _quantile(buckets: Counter[int], share: float) -> float | None:
    """Return about the value below which a share of them lies; inside a bucket they count as spread evenly."""
    wanted = buckets.total() * share
    for bucket in sorted(buckets):
        if wanted <= buckets[bucket]:
            return seconds_of(bucket + wanted / buckets[bucket])
        wanted -= buckets[bucket]
    return None
