from datetime import date
from typing import Any

from tracker_worker.evaluation.figures import Case, Guess, Truth, calibration_error, figures, report, with_paths


def a_case(truth: dict[str, Any] | None = None, guess: dict[str, Any] | None = None) -> Case:
    right: dict[str, Any] = {"category": "bug", "priority": "low", "actionable": True, "assignee": None, "due": None}
    about: dict[str, Any] = {"lang": "en", "hard": False, "earlier": frozenset[int]()}
    said: dict[str, Any] = {"confidence": 1.0, "proposed": (), "milliseconds": 1.0, "tokens": 0}
    return Truth(**right | about | (truth or {})), Guess(**right | said | (guess or {}))


def test_keys_are_those_of_the_format() -> None:
    given = with_paths(report([a_case()]))
    assert {key for key, value in given.items() if not isinstance(value, dict)} == {
        "n",
        "category.accuracy",
        "category.macro_f1",
        "category.ece",
        "actionable.f1",
        "priority.accuracy",
        "priority.macro_f1",
        "assignee.exact",
        "due.exact",
        "due.false_positive_rate",
        "duplicates.recall_at_3",
        "duplicates.precision",
        "latency_ms.p50",
        "latency_ms.p95",
        "tokens",
    }
    assert given["by_lang"]["en"]["category"]["accuracy"] == given["not_hard"]["category"]["accuracy"] == 1.0
    assert (given["hard"]["n"], given["hard"]["category"]["accuracy"]) == (0, None)


def test_macro_f1_weighs_each_category_alike() -> None:
    cases = [a_case() for _ in range(8)] + [
        a_case({"category": "task"}),
        a_case({"category": "task"}, {"category": "task"}),
    ]
    # bug: 8 hits, one too many: 16/17; task: 1 hit, one missed: 2/3.
    assert figures(cases)["category"]["macro_f1"] == round((16 / 17 + 2 / 3) / 2, 4)


def test_noise_that_was_taken_for_work_costs_precision() -> None:
    cases = [a_case(), a_case({"actionable": False}), a_case({"actionable": False}, {"actionable": False})]
    assert figures(cases)["actionable"]["f1"] == round(2 / 3, 4)


def test_calibration_error_is_the_gap_of_each_bin() -> None:
    # One bin around 0.75 where half is right, one at 1.0 where all is.
    error = calibration_error([0.75, 0.75, 1.0, 1.0], [True, False, True, True])
    assert error == 0.125


def test_names_are_compared_without_at_and_case() -> None:
    cases = [
        a_case({"assignee": "@Anna"}, {"assignee": "anna"}),
        a_case({"assignee": "Лена"}, {"assignee": "Лене"}),
        a_case({"assignee": None}, {"assignee": "Bob"}),
        a_case(),
    ]
    assert figures(cases)["assignee"]["exact"] == 0.5


def test_due_dates_are_right_or_made_up() -> None:
    day = date(2026, 10, 8)
    cases = [
        a_case({"due": day}, {"due": day}),
        a_case({"due": day}, {"due": None}),
        a_case({"due": None}, {"due": day}),
        a_case(),
        a_case(),
        a_case(),
    ]
    assert figures(cases)["due"] == {"exact": 0.5, "false_positive_rate": 0.25}


def test_any_earlier_report_of_the_same_is_a_hit_and_the_first_proposal_must_be_one() -> None:
    cases = [
        a_case({"earlier": frozenset({0, 2})}, {"proposed": (5, 2)}),
        a_case({"earlier": frozenset({1})}, {"proposed": (1,)}),
        a_case({"earlier": frozenset({3})}),
        a_case(guess={"proposed": (0,)}),
    ]
    assert figures(cases)["duplicates"] == {"recall_at_3": 0.6667, "precision": 0.3333}


def test_times_are_the_nearest_rank() -> None:
    cases = [a_case(guess={"milliseconds": float(n)}) for n in range(1, 21)]
    assert figures(cases)["latency_ms"] == {"p50": 10.0, "p95": 19.0}


def test_a_share_of_nothing_is_null() -> None:
    given = figures([a_case()])
    assert given["due"] == {"exact": None, "false_positive_rate": 0.0}
    assert given["duplicates"] == {"recall_at_3": None, "precision": None}
