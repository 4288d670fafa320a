from datetime import UTC, datetime, timedelta

from tracker_operator.conditions import Condition, merge, ready
from tracker_operator.known import read

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
READY = Condition("Ready", "True", "Receiving", "Messages come in")


def test_transition_time_moves_only_with_the_status() -> None:
    first = merge([], [READY], 1, NOON)
    later = merge(first, [Condition("Ready", "True", "Receiving", "still")], 2, NOON + timedelta(hours=1))
    assert later[0]["lastTransitionTime"] == "2026-10-05T12:00:00Z"
    assert (later[0]["message"], later[0]["observedGeneration"]) == ("still", 2)
    failed = merge(later, [Condition("Ready", "False", "Unauthorized", "token revoked")], 2, NOON + timedelta(hours=2))
    assert failed[0]["lastTransitionTime"] == "2026-10-05T14:00:00Z"


def test_conditions_of_others_stay() -> None:
    other = {"type": "Other", "status": "True", "reason": "X", "message": "", "lastTransitionTime": "x"}
    assert [item["type"] for item in merge([other], [READY], 1, NOON)] == ["Other", "Ready"]


def test_manifest_is_accepted_or_refused_with_its_reason() -> None:
    body = {
        "apiVersion": "tasktracker.dev/v1alpha1",
        "kind": "Source",
        "metadata": {"name": "inbox", "namespace": "support", "uid": "1", "generation": 3},
        "spec": {"type": "webhook"},
        "status": {"conditions": []},
    }
    assert read(body).problem == ""
    refused = read(body | {"spec": {"type": "telegram"}})
    assert refused.manifest is None
    assert refused.problem.startswith("Source 'support/inbox'")


def test_ready_names_what_can_be_mended_first() -> None:
    fine = Condition("Accepted", "True", "Valid", "")
    unknown = Condition("Connected", "Unknown", "BusUnavailable", "nobody can say")
    broken = Condition("Deployed", "False", "Progressing", "0 of 1")
    assert ready([fine], READY) == READY
    assert ready([fine, unknown], READY).reason == "BusUnavailable"
    assert ready([fine, unknown, broken], READY) == Condition("Ready", "False", "Progressing", "0 of 1")
