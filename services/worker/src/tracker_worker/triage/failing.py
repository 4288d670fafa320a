"""What becomes of a message whose triage failed: another try later, and at last a dead letter."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tracker_core.events import Change, Entity, Verb
from tracker_core.inbound import clean
from tracker_core.manifests import parse_duration
from tracker_core.repositories import triage as repository
from tracker_core.repositories.triage import Claim
from tracker_core.transaction import Transactions

from tracker_worker.settings import TriageSettings
from tracker_worker.triage.settling import ACTOR

MAX_REASON = 2000
"""Characters of an error kept with its message."""


def backoff(attempt: int, settings: TriageSettings, delivery: Mapping[str, Any]) -> timedelta | None:
    """Return the wait after failed attempt `attempt` (from 1), or None when it was the last.

    Args:
        attempt: Attempts so far; 0 counts as one that is not counted.
        settings: Where the Source does not say.
        delivery: `spec.delivery` of the Source manifest.
    """
    if attempt > int(delivery.get("retry", settings.retries)):
        return None
    base = parse_duration(delivery["backoffDelay"]) if "backoffDelay" in delivery else settings.backoff
    attempt = max(attempt, 1)
    factor = attempt if delivery.get("backoffPolicy") == "linear" else 2 ** min(attempt - 1, 20)
    return min(base * factor, settings.backoff_limit)


def is_spent(held: Claim, settings: TriageSettings) -> bool:
    """Say whether a try before this one was the last: a message that kills its worker must not do so for ever."""
    return held.attempt > 1 and backoff(held.attempt - 1, settings, _delivery(held)) is None


async def fail(transactions: Transactions, settings: TriageSettings, held: Claim, error: str) -> bool:
    """Put the message off, or bury it; return whether it was buried."""
    delay = backoff(held.attempt, settings, _delivery(held))
    async with transactions.begin(held.workspace_id, ACTOR) as tx:
        connection = await tx.session.connection()
        if delay is not None:
            await repository.put_off(connection, held, delay, error)
        elif await repository.bury(connection, held, error):
            data = {"source": held.source, "reason": error}
            tx.record(Change(verb=Verb.MESSAGE_DEAD, entity=Entity("message", held.id), data=data))
    return delay is None


def reason_of(error: Exception) -> str:
    """Return what a person should know of an error."""
    # Of what the database refuses, its own words: SQLAlchemy's repeat the whole statement.
    cause = getattr(error, "orig", None) or error
    return clean(f"{type(error).__name__}: {cause}" if str(cause) else type(error).__name__, MAX_REASON)


def _delivery(held: Claim) -> Mapping[str, Any]:
    return held.source_spec.get("delivery", {})  # type: ignore[no-any-return] # `spec.delivery` in its JSON form
