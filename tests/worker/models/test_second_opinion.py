from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker_core.tables import Category, Priority
from tracker_worker.models.consultant import Answer
from tracker_worker.models.members import is_mentioned
from tracker_worker.models.provider import Judgement, Question
from tracker_worker.models.second_opinion import combine, pool


def own(categories: dict[str, float], priorities: dict[str, float] | None = None, **fields: Any) -> Judgement:
    category = max(categories, key=categories.__getitem__)
    defaults: dict[str, Any] = {
        "provider": "embedded",
        "model": "test",
        "category": Category(category),
        "priority": Priority.LOW,
        "actionable": category != "noise",
        "confidence": categories[category],
        "language": "en",
        "reason": "As embedded",
        "title": "Own title",
        "description": "Own description",
        "output": {"categories": categories, "priorities": priorities or {"low": 0.7, "medium": 0.3}},
    }
    return Judgement(**defaults | fields)


def answer(category: Category, priority: Priority | None = None, **fields: Any) -> Answer:
    return Answer(category, priority, 0.99, "As answered", **fields)


def question(text: str = "Could we have a dark theme?") -> Question:
    return Question("", text, "Dana", datetime(2026, 10, 5, 12, tzinfo=UTC))


def combined(mine: Judgement, theirs: Answer, text: str = "Could we have a dark theme?") -> Judgement:
    return combine(mine, theirs, question(text), accuracy=0.8, priority_accuracy=0.65)


def test_an_answer_decides_what_was_open_and_raises_the_confidence() -> None:
    both = combined(own({"question": 0.45, "feature": 0.4, "noise": 0.15}), answer(Category.FEATURE))
    assert (both.category, both.reason) == (Category.FEATURE, "As answered")
    assert both.confidence > 0.85


def test_an_answer_does_not_silence_what_is_surely_something_to_do() -> None:
    both = combined(own({"incident": 0.74, "bug": 0.25, "noise": 0.01}), answer(Category.NOISE))
    assert (both.category, both.actionable, both.reason) == (Category.INCIDENT, True, "As embedded")
    assert both.confidence < 0.74, "somebody disagrees"


def test_an_answer_does_not_make_urgent_what_is_surely_not() -> None:
    mine = own({"feature": 0.6, "task": 0.4}, {"low": 0.7, "medium": 0.25, "high": 0.04, "urgent": 0.01})
    both = combined(mine, answer(Category.FEATURE, Priority.URGENT))
    assert both.priority is Priority.LOW
    assert combined(mine, answer(Category.FEATURE, Priority.MEDIUM)).priority is Priority.MEDIUM


def test_noise_is_low_and_asks_for_nothing() -> None:
    both = combined(own({"task": 0.5, "noise": 0.5}), answer(Category.NOISE, Priority.URGENT))
    assert (both.actionable, both.priority) == (False, Priority.LOW)


def test_what_the_text_says_stands_and_the_answer_fills_the_rest() -> None:
    mine = own({"task": 0.6, "bug": 0.4}, due_on=date(2026, 10, 8))
    given_ = answer(Category.TASK, title="Better title", due_on=date(2026, 12, 1), labels=("ui",))
    both = combined(mine, given_)
    assert (both.due_on, both.title, both.labels) == (date(2026, 10, 8), "Better title", ("ui",))
    assert combined(own({"task": 1.0}), given_).due_on == date(2026, 12, 1)


@pytest.mark.parametrize("wrong", [date(2026, 10, 4), date(2126, 1, 1)])
def test_a_due_date_in_the_past_or_in_another_century_is_not_taken(wrong: date) -> None:
    assert combined(own({"task": 1.0}), answer(Category.TASK, due_on=wrong)).due_on is None


def test_an_assignee_whom_the_message_does_not_mention_is_not_taken() -> None:
    theirs = answer(Category.TASK, assignee="Лена Берг")
    assert combined(own({"task": 1.0}), theirs, "Пусть Лене передадут ключи").assignee == "Лена Берг"
    assert combined(own({"task": 1.0}), theirs, "Передайте ключи").assignee is None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Anna Maier", "ask @anna, please", True),
        ("Олег Петров", "Передай Олегу", True),
        ("Max Holm", "the maximum is wrong", False),
        ("Ian", "in an hour", False),
    ],
)
def test_mentioned_is_whose_name_stands_there_perhaps_inflected(name: str, text: str, expected: bool) -> None:
    assert is_mentioned(name, text) is expected


def test_a_judgement_without_a_distribution_can_be_combined_too() -> None:
    mine = own({"task": 0.6}, output={})
    assert combined(mine, answer(Category.TASK)).confidence > 0.9


@given(
    st.dictionaries(st.sampled_from(list(Category)), st.floats(0.001, 1), min_size=2),
    st.sampled_from(list(Category)),
    st.floats(0.2, 0.99),
)
def test_pooled_probabilities_are_probabilities_and_a_good_vote_never_hurts_its_choice(
    weights: dict[Category, float], vote: Category, accuracy: float
) -> None:
    total = sum(weights.values())
    before = {key: weight / total for key, weight in weights.items()}
    after = pool(before, vote, accuracy)
    assert sum(after.values()) == pytest.approx(1)
    if vote in before and accuracy > 1 / len(before):
        assert after[vote] >= before[vote] - 0.01
