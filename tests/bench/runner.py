"""Lets the load generator run against a side, and weighs what that costs the side's processes."""

import subprocess
import sys
from dataclasses import dataclass

import msgspec

from tests.bench.load.job import Job, Outcome, Target
from tests.bench.scale import CONNECTIONS
from tests.bench.side import REPOSITORY, Side, with_path

_MARGIN_SECONDS = 40


@dataclass(frozen=True)
class Measured:
    outcome: Outcome
    cpu_ms: dict[str, float]
    """CPU time of each process, in milliseconds per message."""

    @property
    def total_cpu_ms(self) -> float:
        return sum(self.cpu_ms.values())


class Runner:
    def __init__(self) -> None:
        self._numbered = 0
        self.accepted: dict[str, int] = {}
        """Messages by side since the start: the database must hold as many."""

    def run(
        self,
        side: Side,
        seconds: float,
        *,
        rate: float = 0,
        watched: bool = True,
        limit: int = 100_000,
        target: Target | None = None,
    ) -> Measured:
        """Run once.

        Args:
            side: Whom to measure.
            seconds: How long to send.
            rate: Messages per second; 0 is the closed loop.
            watched: Wait for the events at the WebSocket too.
            limit: Messages at most.
            target: Where to send; the side's own target when there is none.
        """
        job = Job(
            target=target or side.target,
            first=self._numbered,
            seconds=seconds,
            connections=CONNECTIONS,
            rate=rate,
            limit=limit,
            watch=side.watch if watched else None,
        )
        before = side.cpu_seconds()
        outcome = _generate(job)
        after = side.cpu_seconds()
        self._numbered += outcome.sent
        self.accepted[side.name] = self.accepted.get(side.name, 0) + outcome.accepted
        cpu = {name: (after[name] - before[name]) * 1000 / max(1, outcome.accepted) for name in after}
        return Measured(outcome, cpu)


def _generate(job: Job) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=msgspec.json.encode(job),
        capture_output=True,
        check=False,
        cwd=REPOSITORY,
        env=with_path({}),
        timeout=job.seconds + job.drain_seconds + _MARGIN_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"The load generator failed: {done.stderr.decode()[-1500:]}")
    return msgspec.json.decode(done.stdout, type=Outcome)
