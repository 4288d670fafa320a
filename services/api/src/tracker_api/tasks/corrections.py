"""What a human's edit says about the verdict that had proposed the task; triage learns from it.

Only fields that triage had decided are corrections. Accepting a suggestion corrects nothing; declining one says that
it was not to be a task at all, and taking the decline back says that it was.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker_core.tables import TaskStatus

DECIDED = ("title", "category", "priority", "assignee_id", "due_on", "labels")
"""Fields of a task that triage decides."""


@dataclass(frozen=True)
class FieldChange:
    """One corrected field, as text."""

    field: str
    before: str | None
    after: str | None


def corrections(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Return what an edit corrects.

    Args:
        before: Changed fields of the task, as they were.
        after: The same fields, as they are now.
    """
    found = [FieldChange(name, _text(before[name]), _text(after[name])) for name in DECIDED if name in after]
    if "status" in after:
        was, now = before["status"], after["status"]
        if (was, now) == (TaskStatus.TRIAGE, TaskStatus.DECLINED):
            found.append(FieldChange("actionable", "true", "false"))
        elif (was, now) == (TaskStatus.DECLINED, TaskStatus.TRIAGE):
            found.append(FieldChange("actionable", "false", "true"))
    return found


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
