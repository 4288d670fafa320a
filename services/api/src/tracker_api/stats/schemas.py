"""Figures as the API shows them."""

from datetime import date

from pydantic import BaseModel


class DayStats(BaseModel):
    """Messages of one day (UTC)."""

    day: date
    total: int
    tasks: int
    ignored: int


class SourceStats(BaseModel):
    """Messages of one Source."""

    source: str
    """`namespace/name`."""
    total: int


class TriageSeconds(BaseModel):
    """From recorded to judged."""

    p50: float | None
    p90: float | None


class Stats(BaseModel):
    """Figures of the last days, today included."""

    messages_per_day: list[DayStats]
    by_category: dict[str, int]
    """New tasks."""
    by_priority: dict[str, int]
    """New tasks."""
    by_source: list[SourceStats]
    triage_seconds: TriageSeconds
    open_tasks: int
    """Now, of any age."""
    done_last_days: int
    corrections: int
    accuracy: float | None
    """Share of the proposals a person decided about that were left as proposed; null when there were none."""
