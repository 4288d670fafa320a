"""How what people have said about similar messages changes a verdict, at once and without training.

Each lesson says where the model was wrong, or that it was right: the difference between what a member said and the
probabilities that the model had given by itself. A verdict is shifted by the mean of these differences, each weighed by
how near its message is (kernel regression, Nadaraya 1964, Watson 1964, with a prior of no difference). So ten equal
corrections shift more than one and never more than the whole difference, confirmations pull the other way, and where
nothing is near, nothing moves. Nothing is forgotten, because nothing is overwritten.

How the numbers were chosen, and what they give: docs/learning.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker_core.repositories.lessons import NearLesson
from tracker_core.tables import Category, Priority


@dataclass(frozen=True)
class Manner:
    """How lessons are weighed."""

    blind: float = 0.25
    """Similarity up to which a lesson says nothing: that near are one in ten strangers."""
    sharpness: float = 1.5
    """How fast a lesson's weight falls with its distance."""
    prior: float = 0.06
    """Weight of the assumption that the model is right; a lesson about the same text has weight 1."""
    unmoved: float = 0.04
    """Weight of all lessons together that is not enough to say anything."""
    same: float = 0.95
    """Similarity from which two messages say the same: then only what was said about these counts."""


MANNER = Manner()
NOTICEABLE = 0.005
"""A smaller shift is none."""
_LEAST = 0.001
"""No probability is zero: people may be wrong about anything, too."""


@dataclass(frozen=True)
class Adapted:
    """Probabilities after the lessons."""

    categories: dict[Category, float]
    """Their sum is 1."""
    priorities: dict[Priority, float]
    lessons: Sequence[NearLesson]
    """Those that had a weight, nearest first."""


def adapt(
    categories: Mapping[Category, float],
    priorities: Mapping[Priority, float],
    near: Sequence[NearLesson],
    manner: Manner = MANNER,
) -> Adapted | None:
    """Return a verdict's probabilities as the lessons change them; None when they change nothing.

    Args:
        categories: What the model says by itself.
        priorities: The same.
        near: Lessons that are near to the message, nearest first.
        manner: How they are weighed.
    """
    same = [lesson for lesson in near if lesson.similarity >= manner.same]
    shares = [(_share(lesson.similarity, manner), lesson) for lesson in same or near]
    weighed = [(share, lesson) for share, lesson in shares if share > 0]
    # How soon noise is to be done says nothing about what is to be done.
    urgent = [(share, lesson) for share, lesson in weighed if lesson.category != Category.NOISE]
    by_category = _shifted(categories, [(share, _category_error(lesson)) for share, lesson in weighed], manner)
    by_priority = _shifted(priorities, [(share, _priority_error(lesson)) for share, lesson in urgent], manner)
    if by_category is None and by_priority is None:
        return None
    return Adapted(
        categories=by_category or dict(categories),
        priorities=by_priority or dict(priorities),
        lessons=[lesson for _, lesson in weighed],
    )


def reason(own: str, before: Category, after: Category, lessons: Sequence[NearLesson]) -> str:
    """Return the reason of an adapted verdict, for people.

    Args:
        own: The model's reason for its own verdict.
        before: That verdict.
        after: The one after the lessons.
        lessons: Those that had a weight.
    """
    alike = sum(lesson.category == after for lesson in lessons)
    messages = "1 message" if alike == 1 else f"{alike} messages"
    if before == after:
        return f"{own.rstrip('.')}. The team has marked {messages} like it as {after} too" if alike else own
    if alike:
        return f"Like {messages} that the team marked as {after}"
    return f"The team has not marked messages like it as {before}"


def _share(similarity: float, manner: Manner) -> float:
    """Return how much a lesson counts: 1 about the same text, 0 about a stranger."""
    near = max(0.0, min(similarity, 1.0) - manner.blind) / (1 - manner.blind)
    return float(near**manner.sharpness)


def _shifted[K: StrEnum](
    probabilities: Mapping[K, float], errors: Sequence[tuple[float, Mapping[str, float]]], manner: Manner
) -> dict[K, float] | None:
    support = sum(share for share, _ in errors)
    told = max(0.0, support - manner.unmoved)
    if told == 0:
        return None
    trust = told / (told + manner.prior) / support
    moved = {
        key: max(_LEAST, p + trust * sum(share * error.get(key, 0.0) for share, error in errors))
        for key, p in probabilities.items()
    }
    total = sum(moved.values())
    moved = {key: p / total for key, p in moved.items()}
    return moved if max(abs(moved[key] - p) for key, p in probabilities.items()) >= NOTICEABLE else None


def _category_error(lesson: NearLesson) -> dict[str, float]:
    given = lesson.prediction.get("categories") or _spread(lesson.judged_category, lesson.confidence, Category)
    return _error(lesson.category, given, Category)


def _priority_error(lesson: NearLesson) -> dict[str, float]:
    # Of the priority, an old verdict does not say how sure it was; about two thirds are right.
    given = lesson.prediction.get("priorities") or _spread(lesson.judged_priority, 2 / 3, Priority)
    return _error(lesson.priority, given, Priority)


def _error(said: str, given: Mapping[str, float], kinds: type[StrEnum]) -> dict[str, float]:
    return {kind: float(kind == said) - float(given.get(kind, 0.0)) for kind in kinds}


def _spread(chosen: str, confidence: float, kinds: type[StrEnum]) -> dict[str, float]:
    rest = (1 - confidence) / (len(kinds) - 1)
    return {kind: confidence if kind == chosen else rest for kind in kinds}
