"""What lessons do to a verdict."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from tracker_core.repositories.lessons import NearLesson
from tracker_core.tables import Category, Priority
from tracker_worker.models.embedded.adaptation import Adapted, adapt, reason

BUG = dict.fromkeys(Category, 0.02) | {Category.BUG: 0.9}
LOW = dict.fromkeys(Priority, 0.1) | {Priority.LOW: 0.7}


def lesson(similarity: float, category: Category, priority: Priority = Priority.LOW, **fields: Any) -> NearLesson:
    defaults: dict[str, Any] = {
        "id": uuid4(),
        "message_id": uuid4(),
        "judged_category": Category.BUG,
        "judged_priority": Priority.LOW,
        "confidence": 0.9,
        "prediction": {"categories": BUG, "priorities": LOW},
        "text": "The export is old",
    }
    return NearLesson(similarity=similarity, category=category, priority=priority, **defaults | fields)


def adapted(*near: NearLesson) -> Adapted:
    found = adapt(BUG, LOW, near)
    assert found is not None
    assert sum(found.categories.values()) == pytest.approx(1)
    return found


def test_each_correction_shifts_further_and_ten_shift_no_further_than_they_say() -> None:
    tasks = [adapted(*[lesson(0.6, Category.TASK)] * count).categories[Category.TASK] for count in (1, 2, 3, 10, 64)]

    assert all(before < after for before, after in pairwise(tasks))
    assert tasks[1] > 0.5, "two corrections of messages that are much alike make themselves felt"
    assert tasks[-1] <= 1 - 0.001


def test_strangers_move_nothing() -> None:
    assert adapt(BUG, LOW, []) is None
    assert adapt(BUG, LOW, [lesson(0.25, Category.TASK)] * 64) is None
    assert adapt(BUG, LOW, [lesson(-0.3, Category.TASK), lesson(0.3, Category.TASK)]) is None


def test_the_nearer_lesson_counts_more() -> None:
    near, far = lesson(0.8, Category.TASK), lesson(0.4, Category.FEATURE)
    categories = adapted(near, far).categories

    assert categories[Category.TASK] > 0.7
    assert BUG[Category.FEATURE] < categories[Category.FEATURE] < 0.2


def test_confirmations_hold_what_is_right() -> None:
    corrected = adapted(*[lesson(0.5, Category.TASK)] * 2).categories[Category.BUG]
    held = adapted(*[lesson(0.5, Category.TASK)] * 2, *[lesson(0.5, Category.BUG)] * 6).categories[Category.BUG]

    assert corrected < 0.4
    assert held > 0.6


def test_confirming_a_verdict_that_lessons_had_changed_does_not_take_them_back() -> None:
    # What the lesson teaches is measured from what the model says by itself, not from the changed verdict.
    corrections = [lesson(0.5, Category.TASK)] * 3
    confirmed = [lesson(0.5, Category.TASK, judged_category=Category.TASK, confidence=0.8)] * 5

    before, after = adapted(*corrections).categories, adapted(*corrections, *confirmed).categories
    assert after[Category.TASK] > before[Category.TASK]


def test_confidence_rises_with_agreement() -> None:
    unsure = dict.fromkeys(Category, 0.1) | {Category.BUG: 0.5}
    agreeing = [lesson(0.5, Category.BUG, prediction={"categories": unsure, "priorities": LOW})]
    rising = [adapt(unsure, LOW, agreeing * count) for count in (1, 3, 10)]

    confidences = [found.categories[Category.BUG] for found in rising if found is not None]
    assert len(confidences) == 3
    assert 0.5 < confidences[0] < confidences[1] < confidences[2] < 1


def test_what_was_said_about_the_same_text_wins_over_all_that_is_only_like_it() -> None:
    alike = [lesson(0.9, Category.BUG)] * 20
    found = adapted(lesson(0.99, Category.NOISE), *alike)

    assert found.categories[Category.NOISE] > 0.85
    assert [used.category for used in found.lessons] == [Category.NOISE]


def test_priority_is_learnt_from_what_is_to_be_done_only() -> None:
    urgent = adapted(*[lesson(0.6, Category.BUG, Priority.URGENT)] * 5)
    noise = adapted(*[lesson(0.6, Category.NOISE, Priority.URGENT)] * 5)

    assert urgent.priorities[Priority.URGENT] > 0.7
    assert noise.priorities == LOW


def test_a_lesson_from_before_predictions_were_kept_still_counts() -> None:
    old = [lesson(0.7, Category.TASK, prediction={})] * 3

    assert adapted(*old).categories[Category.TASK] > 0.6


def test_the_reason_tells_people_what_they_have_said() -> None:
    lessons = [lesson(0.6, Category.TASK)] * 4 + [lesson(0.5, Category.BUG)]

    assert reason("Reads like a bug", Category.BUG, Category.TASK, lessons) == (
        "Like 4 messages that the team marked as task"
    )
    assert reason("Reads like a bug", Category.BUG, Category.BUG, lessons) == (
        "Reads like a bug. The team has marked 1 message like it as bug too"
    )
    assert reason("Reads like a bug", Category.BUG, Category.NOISE, lessons) == (
        "The team has not marked messages like it as bug"
    )
    assert reason("Reads like a wish", Category.FEATURE, Category.FEATURE, lessons) == "Reads like a wish"
