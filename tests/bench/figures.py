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
    """Name in `.bench/latest.json`: `<section>.<name>`; what it was made of is stored in the section."""
    what: str
    unit: str
    us: Figure
    floor: Figure | None = None
    ratio: Figure | None = None
    goal: Goal | None = None

    @property
    def value(self) -> float:
        """What the key stands for and the goal is about: the ratio, where there is something to compare with."""
        return (self.ratio or self.us).middle

    @property
    def met(self) -> bool | None:
        return self.goal.met(self.value) if self.goal else None


def compare(
    key: str, what: str, unit: str, floor: Sequence[float], us: Sequence[float], *, goal: Goal | None = None
) -> Row:
    """Compare the rounds of both; the values of one round stand at the same position."""
    ratios = [ours / theirs for ours, theirs in zip(us, floor, strict=True)]
    return Row(key, what, unit, Figure.of(us), Figure.of(floor), Figure.of(ratios), goal)


def alone(key: str, what: str, unit: str, value: float, *, goal: Goal | None = None) -> Row:
    """Return a figure that has nothing to be compared with."""
    return Row(key, what, unit, Figure.of([value]), goal=goal)


def at_least(limit: float) -> Goal:
    return Goal(limit, at_least=True)


def at_most(limit: float) -> Goal:
    return Goal(limit, at_least=False)
