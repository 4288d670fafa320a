"""How long a benchmark takes: rounds and seconds of each part."""

from dataclasses import dataclass

CONNECTIONS = 32
LATENCY_RATE = 50.0
"""Messages per second at which latency is measured: a busy team, an idle machine."""
CPU_RATE = 500.0
"""Messages per second at which CPU time is compared: well below what either can do, well above idle."""


@dataclass(frozen=True)
class Scale:
    rounds: int
    """Each measures the floor and us in turn."""
    accept_seconds: float
    latency_seconds: float
    cpu_seconds: float
    search_seconds: float
    """Of one step of the search for the highest rate."""
    search_rounds: int
    search_steps: int
    triage_seconds: float


FULL = Scale(
    rounds=4,
    accept_seconds=1.5,
    latency_seconds=5,
    cpu_seconds=3,
    search_seconds=1.8,
    search_rounds=3,
    search_steps=4,
    triage_seconds=10,
)
QUICK = Scale(
    rounds=2,
    accept_seconds=0.8,
    latency_seconds=2,
    cpu_seconds=1.5,
    search_seconds=1.2,
    search_rounds=1,
    search_steps=2,
    triage_seconds=3,
)
