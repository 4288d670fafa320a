"""Figures as the API shows them."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from tracker_core.repositories import statistics as rows
from tracker_core.repositories.statistics import DAILY_UP_TO
from tracker_core.tables import Category, Priority

from tracker_api.references import MemberRef


class Period(BaseModel):
    """Days of UTC, both included."""

    from_: date = Field(serialization_alias="from")
    to: date

    @classmethod
    def of(cls, span: rows.Span) -> "Period":
        """Return the period for the wire."""
        return cls(from_=span.first, to=span.last)


class Compared(BaseModel):
    """A count of the period and of the one before."""

    now: int
    before: int

    @classmethod
    def of(cls, pair: rows.Pair) -> "Compared":
        """Return the count for the wire."""
        return cls(now=pair.now, before=pair.before)


class SourceVolume(BaseModel):
    """What came in by one Source."""

    source: str | None
    """`namespace/name`; null for tasks made by hand."""
    messages: Compared
    tasks: Compared


class CategoryVolume(BaseModel):
    """New tasks of one category."""

    category: Category
    tasks: Compared


class PriorityVolume(BaseModel):
    """New tasks of one priority."""

    priority: Priority
    tasks: Compared


class Times(BaseModel):
    """How long something took, in seconds."""

    count: int
    """How often it happened in the period."""
    median: float | None
    """Null when it did not happen."""
    p90: float | None

    @classmethod
    def of(cls, found: rows.Times) -> "Times":
        """Return the times for the wire."""
        return cls(count=found.count, median=found.median, p90=found.p90)


class ComparedTimes(BaseModel):
    """Of the period and of the one before."""

    now: Times
    before: Times

    @classmethod
    def of(cls, pair: rows.TimesPair) -> "ComparedTimes":
        """Return both for the wire."""
        return cls(now=Times.of(pair.now), before=Times.of(pair.before))


class Speeds(BaseModel):
    """How fast things go."""

    judged: ComparedTimes
    """From the recording of a message to the first verdict; exact to a tenth."""
    decided: ComparedTimes
    """From a suggestion to somebody's decision about it."""
    replied: ComparedTimes
    """From a new task to the first answer that a person sent."""
    finished: ComparedTimes
    """From a new task to done."""


class Quality(BaseModel):
    """How right triage was, as people said in the period. `/api/accuracy` has more."""

    reviewed: Compared
    """Verdicts that somebody accepted or corrected."""
    right: Compared
    """Those of them whose category was right."""
    corrections: Compared
    """Fields that people changed of what triage had decided."""


class ModelUsage(BaseModel):
    """What one model has done."""

    provider: str
    model: str
    verdicts: Compared
    tokens_in: int
    tokens_out: int
    cost_micros: Compared
    """Millionths of a US dollar."""
    latency: Times
    """Of one verdict; exact to a tenth."""


class Step(BaseModel):
    """A day or a week of the period."""

    from_: date = Field(serialization_alias="from")
    to: date
    messages: Compared
    """`before` is of the step that stands at the same place in the period before."""
    tasks: int
    """New ones."""
    closed: int
    open: int
    """At its end."""
    cost_micros: int


class MemberLoad(BaseModel):
    """What a member has to do, now, and has done in the period."""

    member: MemberRef | None
    """Null for what nobody has."""
    todo: int
    in_progress: int
    overdue: int
    done: Compared


class Statistics(BaseModel):
    """Figures of a period, beside those of as many days before it."""

    period: Period
    before: Period
    unit: Literal["day", "week"]
    """Of `over_time`; a week begins on Monday, the first and the last may be short."""
    messages: Compared
    """Received."""
    tasks: Compared
    """New."""
    done: Compared
    by_source: list[SourceVolume]
    by_category: list[CategoryVolume]
    by_priority: list[PriorityVolume]
    speeds: Speeds
    quality: Quality
    models: list[ModelUsage]
    over_time: list[Step]
    load: list[MemberLoad]
    """Of everybody who has something to do or has done something."""

    @classmethod
    def of(cls, found: rows.Statistics) -> "Statistics":
        """Return the figures for the wire."""
        return cls(
            period=Period.of(found.span),
            before=Period.of(found.span.before),
            unit="day" if found.span.days <= DAILY_UP_TO else "week",
            messages=Compared.of(found.messages),
            tasks=Compared.of(found.tasks),
            done=Compared.of(found.done),
            by_source=_sources(found),
            by_category=[
                CategoryVolume(category=category, tasks=Compared.of(found.by_category.get(category, rows.Pair())))
                for category in Category
            ],
            by_priority=[
                PriorityVolume(priority=priority, tasks=Compared.of(found.by_priority.get(priority, rows.Pair())))
                for priority in reversed(Priority)
            ],
            speeds=Speeds(
                judged=ComparedTimes.of(found.judged),
                decided=ComparedTimes.of(found.decided),
                replied=ComparedTimes.of(found.replied),
                finished=ComparedTimes.of(found.finished),
            ),
            quality=Quality(
                reviewed=Compared.of(found.reviewed),
                right=Compared.of(found.reviewed_right),
                corrections=Compared.of(found.corrections),
            ),
            models=[
                ModelUsage(
                    provider=provider,
                    model=model,
                    verdicts=Compared.of(use.verdicts),
                    tokens_in=use.tokens_in,
                    tokens_out=use.tokens_out,
                    cost_micros=Compared.of(use.cost_micros),
                    latency=Times.of(use.latency),
                )
                for (provider, model), use in sorted(found.models.items(), key=lambda item: -item[1].verdicts.now)
            ],
            over_time=[
                Step(
                    from_=step.span.first,
                    to=step.span.last,
                    messages=Compared.of(step.messages),
                    tasks=step.tasks,
                    closed=step.closed,
                    open=step.open,
                    cost_micros=step.cost_micros,
                )
                for step in found.steps
            ],
            load=[_load(found.names, member_id, load) for member_id, load in sorted(found.load.items(), key=_busiest)],
        )


def _sources(found: rows.Statistics) -> list[SourceVolume]:
    names = {*found.messages_by_source, *found.tasks_by_source}
    volumes = [
        SourceVolume(
            source=name or None,
            messages=Compared.of(found.messages_by_source.get(name, rows.Pair())),
            tasks=Compared.of(found.tasks_by_source.get(name, rows.Pair())),
        )
        for name in sorted(names)
    ]
    return sorted(volumes, key=lambda volume: (-volume.messages.now, -volume.tasks.now))


def _busiest(item: tuple[UUID | None, rows.Load]) -> tuple[bool, int]:
    member_id, load = item
    return member_id is None, -(load.todo + load.in_progress)


def _load(names: dict[UUID, str], member_id: UUID | None, load: rows.Load) -> MemberLoad:
    return MemberLoad(
        member=None if member_id is None else MemberRef(id=member_id, name=names.get(member_id, "")),
        todo=load.todo,
        in_progress=load.in_progress,
        overdue=load.overdue,
        done=Compared.of(load.done),
    )
