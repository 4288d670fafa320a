"""The ledger as the API shows it."""

from pydantic import BaseModel

from tracker_api.sources.schemas import Counts


class SourceLedger(Counts):
    """One Source's part."""

    source: str | None
    """`namespace/name`; null for bytes that named none."""


class BusProof(BaseModel):
    """What the bus accepted against what Postgres holds of it."""

    accepted: int
    """Messages that the inbound stream has acknowledged since it was made."""
    recorded: int
    """Of these, those with a row: a message, or a dead letter for bytes that are none."""
    replayed: int
    """Of these, repeats that changed nothing."""
    removed: int
    """Of these, those that somebody has removed: samples, or all that a deleted Source had brought."""
    in_flight: int
    """Of these, those that still wait on the stream."""
    lost: int
    """Of these, those that are nowhere; anything but 0 is an alarm."""


class Ledger(Counts):
    """Where every message is. `waiting` and `received` include what is in flight."""

    balanced: bool
    bus: BusProof | None
    """Null when NATS does not answer, or for a part of the ledger."""
    bus_error: str | None
    sources: list[SourceLedger]
