"""What a verdict leads to, under the autonomy of its Source."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tracker_core.manifests import Autonomy
from tracker_core.repositories.conversations import TaskRef
from tracker_core.tables import Category, MessageState, TaskStatus

from tracker_worker.models.consultant import Why
from tracker_worker.models.provider import Judgement


@dataclass(frozen=True)
class Outcome:
    """What is to become of a judged message."""

    state: MessageState
    reason: str
    task_status: TaskStatus | None = None
    """Status of the task to make; None makes none."""
    joins: TaskRef | None = None
    """The task that it belongs to from now on."""


def decide(judgement: Judgement, spec: Mapping[str, Any], belongs_to: TaskRef | None = None) -> Outcome:
    """Say what a verdict leads to under the Source's autonomy.

    Args:
        judgement: The verdict.
        spec: `spec.triage` of the Source manifest in its JSON form; what is missing takes the manifest's defaults.
        belongs_to: The task that it follows up on.
    """
    autonomy = Autonomy(spec.get("autonomy", Autonomy.SUGGEST))
    threshold = int(spec.get("autoThreshold", 85))
    only_watches = autonomy in {Autonomy.SHADOW, Autonomy.DISABLED}
    if belongs_to is not None and not only_watches:
        return Outcome(MessageState.TASK, f"Part of #{belongs_to.number}: {judgement.reason}", joins=belongs_to)
    if not judgement.actionable:
        return Outcome(MessageState.IGNORED, f"Nothing to do: {judgement.reason}")
    if only_watches:
        return Outcome(MessageState.IGNORED, f"{autonomy}: the verdict is recorded, no task is made")
    # Over its token budget a Source only suggests: that is what its manifest promises.
    if autonomy is Autonomy.AUTO and not _over_budget(judgement) and judgement.confidence * 100 >= threshold:
        return Outcome(MessageState.TASK, judgement.reason, TaskStatus.TODO)
    return Outcome(MessageState.TASK, judgement.reason, TaskStatus.TRIAGE)


def as_wanted(judgement: Judgement) -> Judgement:
    """Return the judgement of a message that somebody asked for a task of: it is none of noise, whatever it says."""
    if judgement.actionable and judgement.category is not Category.NOISE:
        return judgement
    reason = f"Somebody asked for a task of it. By itself: {judgement.reason}"
    return replace(judgement, category=Category.TASK, actionable=True, reason=reason)


def _over_budget(judgement: Judgement) -> bool:
    return bool(judgement.output.get("fallback", {}).get("why") == Why.BUDGET)
