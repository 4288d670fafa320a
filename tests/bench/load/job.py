"""What the load generator is told, and what it answers; JSON over its stdin and stdout."""

import msgspec


class Target(msgspec.Struct, frozen=True):
    """Where the messages go."""

    port: int
    path: str
    secret: str = ""
    """Key of the HMAC over the body, sent in `X-Signature`; empty sends none."""


class Watch(msgspec.Struct, frozen=True):
    """The WebSocket that the events come from."""

    url: str
    token: str = ""
    """Bearer token; empty sends none."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    target: Target
    first: int
    """Number of the first message. Numbers never come twice in one benchmark, so that a late event of an earlier run
    is not taken for one of this run."""
    seconds: float
    connections: int = 32
    rate: float = 0
    """Messages per second, each with its own due time; 0 is the closed loop: each connection sends again as soon as it
    has its answer."""
    limit: int = 100_000
    """Messages at most."""
    watch: Watch | None = None
    drain_seconds: float = 10
    """How long to wait for the last events."""


class Spread(msgspec.Struct, frozen=True):
    """Seconds from a message's due time."""

    p50: float
    p99: float
    worst: float


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What happened."""

    sent: int
    accepted: int
    refused: dict[str, int]
    """By status, or `lost` for a connection that broke."""
    seconds: float
    """From the first request to the last answer."""
    rate: float
    """Accepted per second."""
    accept: Spread
    events: int = 0
    """Messages whose event arrived."""
    repeated: int = 0
    """Events that arrived once more."""
    event_rate: float = 0
    """Messages per second, from the first request to the last event."""
    event: Spread | None = None
    lag: float = 0
    """Median of the event latency over the last quarter of the run: what has piled up by its end."""
