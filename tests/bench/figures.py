"""From runs to figures: the middle of several rounds, and ratios of runs that were neighbours in time.

The machine drifts by a factor of two from hour to hour, so a ratio is taken within each round, and the median is over
the rounds' ratios.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Figure":
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True)
class Goal:
    limit: float
    at_least: bool

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    key: str
    """Name of the ratio in `.bench/latest.json`: `<section>.<name>`; its figures are stored beside it."""
    what: str
    unit: str
    floor: Figure
    us: Figure
    ratio: Figure
    goal: Goal | None


def compare(
    key: str, what: str, unit: str, floor: Sequence[float], us: Sequence[float], *, goal: Goal | None = None
) -> Row:
    """Compare the rounds of both; the values of one round stand at the same position."""
    ratios = [ours / theirs for ours, theirs in zip(us, floor, strict=True)]
    return Row(key, what, unit, Figure.of(floor), Figure.of(us), Figure.of(ratios), goal)


def at_least(limit: float) -> Goal:
    return Goal(limit, at_least=True)


def at_most(limit: float) -> Goal:
    return Goal(limit, at_least=False)
