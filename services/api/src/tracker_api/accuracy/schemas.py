"""Accuracy as the API shows it."""

from datetime import date

from pydantic import BaseModel, Field
from tracker_core.repositories.accuracy import BUCKETS, Accuracy, Score
from tracker_core.tables import Category


class Totals(BaseModel):
    """All verdicts that people have decided about."""

    judged: int
    category_right: int
    priority_right: int
    category_accuracy: float | None
    """0-1; null when nothing was decided."""
    priority_accuracy: float | None


class SourceAccuracy(BaseModel):
    """Those of one Source."""

    source: str
    """`namespace/name`."""
    judged: int
    category_accuracy: float
    priority_accuracy: float


class CategoryAccuracy(BaseModel):
    """Those that triage had judged to be of one category."""

    category: Category
    judged: int
    right: int
    corrected_to: dict[Category, int]
    """What the others are, in place of it."""


class DayAccuracy(BaseModel):
    """Those of one day; days without any are left out."""

    day: date
    source: str | None
    """Null: of all Sources."""
    judged: int
    right: int
    """Category."""


class CalibrationStep(BaseModel):
    """Those of about the same confidence: with a calibrated one, both figures are equal."""

    from_: float = Field(serialization_alias="from")
    to: float
    judged: int
    confidence: float
    """Mean."""
    accuracy: float


class FieldCorrections(BaseModel):
    """How often people changed a field that triage had decided."""

    field: str
    count: int


class AccuracyReport(BaseModel):
    """Figures of the last days, today included. Accepting a suggestion counts as saying that it is right."""

    from_: date = Field(serialization_alias="from")
    to: date
    """Days are those of UTC."""
    totals: Totals
    by_source: list[SourceAccuracy]
    by_category: list[CategoryAccuracy]
    over_time: list[DayAccuracy]
    """Oldest first."""
    calibration: list[CalibrationStep]
    corrections: list[FieldCorrections]

    @classmethod
    def of(cls, found: Accuracy) -> "AccuracyReport":
        """Return the figures for the wire."""
        return cls(
            from_=found.first_day,
            to=found.last_day,
            totals=_totals(found.total),
            by_source=[
                SourceAccuracy(
                    source=source,
                    judged=score.judged,
                    category_accuracy=score.category_right / score.judged,
                    priority_accuracy=score.priority_right / score.judged,
                )
                for source, score in found.by_source.items()
            ],
            by_category=[_category(Category(judged), dict(became)) for judged, became in found.by_category.items()],
            over_time=[
                DayAccuracy(day=day, source=source, judged=score.judged, right=score.category_right)
                for (day, source), score in sorted(
                    found.over_time.items(), key=lambda item: (item[0][0], item[0][1] or "")
                )
            ],
            calibration=[_step(bucket, score) for bucket, score in sorted(found.calibration.items())],
            corrections=[FieldCorrections(field=field, count=count) for field, count in found.corrections.items()],
        )


def _totals(score: Score) -> Totals:
    judged = score.judged
    return Totals(
        judged=judged,
        category_right=score.category_right,
        priority_right=score.priority_right,
        category_accuracy=score.category_right / judged if judged else None,
        priority_accuracy=score.priority_right / judged if judged else None,
    )


def _category(judged: Category, became: dict[str, int]) -> CategoryAccuracy:
    right = became.pop(judged, 0)
    corrected = {Category(category): count for category, count in became.items()}
    return CategoryAccuracy(
        category=judged, judged=right + sum(corrected.values()), right=right, corrected_to=corrected
    )


def _step(bucket: int, score: Score) -> CalibrationStep:
    return CalibrationStep(
        from_=bucket / BUCKETS,
        to=(bucket + 1) / BUCKETS,
        judged=score.judged,
        confidence=score.confidence or 0.0,
        accuracy=score.category_right / score.judged,
    )
