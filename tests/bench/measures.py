"""What is measured: each function takes the floor and us in turn, several times, and returns rows of the table."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from tests.bench.figures import Row, alone, at_least, at_most, compare
from tests.bench.runner import Measured, Runner
from tests.bench.scale import CPU_RATE, LATENCY_RATE, Scale
from tests.bench.side import Side

_RECORD_SECONDS = 60.0
_LOOK_SECONDS = 0.02
_PILED_UP_SECONDS = 0.1
"""A rate is sustained when the last quarter of its messages had its events within this time."""


class LostError(Exception):
    """Messages were lost or doubled: no figure of such a run counts."""


@dataclass
class Bench:
    """The two sides and how much to do."""

    floor: Side
    us: Side
    scale: Scale
    runner: Runner = field(default_factory=Runner)
    say: Callable[[str], None] = print

    def in_turn(self, rounds: int, run: Callable[[Side], Measured]) -> tuple[list[Measured], list[Measured]]:
        """Run both, the other one first in each second round."""
        runs: dict[str, list[Measured]] = {self.floor.name: [], self.us.name: []}
        for number in range(rounds):
            for side in (self.floor, self.us) if number % 2 == 0 else (self.us, self.floor):
                runs[side.name].append(run(side))
        return runs[self.floor.name], runs[self.us.name]


def accept(bench: Bench) -> list[Row]:
    """How fast requests are acknowledged, with nobody behind the bus."""
    floor, us = bench.in_turn(
        bench.scale.rounds, lambda side: bench.runner.run(side, bench.scale.accept_seconds, watched=False)
    )
    for measured in (*floor, *us):
        _complete(measured)
    return [
        compare(
            "accept.ratio_floor", "accepted, 32 connections", "/s",
            [m.outcome.rate for m in floor], [m.outcome.rate for m in us], goal=at_least(1),
        ),
        compare(
            "accept.p50_ratio_floor", "its p50", "ms",
            [m.outcome.accept.p50 * 1e3 for m in floor], [m.outcome.accept.p50 * 1e3 for m in us],
        ),
        compare(
            "accept.p99_ratio_floor", "its p99", "ms",
            [m.outcome.accept.p99 * 1e3 for m in floor], [m.outcome.accept.p99 * 1e3 for m in us],
        ),
        compare(
            "accept.cpu_ratio_floor", "its CPU per message", "ms",
            [m.total_cpu_ms for m in floor], [m.total_cpu_ms for m in us],
        ),
    ]  # fmt: skip


def record(bench: Bench) -> list[Row]:
    """How fast what piled up on the bus comes into the database, from the start of the process."""
    rates = {side.name: _record_backlog(bench, side) for side in (bench.floor, bench.us)}
    return [
        compare(
            "record.ratio_floor", "recorded from a backlog", "/s", [rates[bench.floor.name]], [rates[bench.us.name]]
        )
    ]


def _record_backlog(bench: Bench, side: Side) -> float:
    side.start(side.recording)
    rate = asyncio.run(_drain(side, bench.runner.accepted.get(side.name, 0)))
    side.start(side.showing)
    return rate


async def _drain(side: Side, wanted: int) -> float:
    """Return the messages per second between the first look that finds one and the look that finds all."""
    start, first, rows, now = 0.0, 0, 0, time.perf_counter()
    deadline = now + _RECORD_SECONDS
    async with side.database() as connection:
        while rows < wanted and now < deadline:
            rows, now = await side.count(connection), time.perf_counter()
            if rows and not start:
                start, first = now, rows
            await asyncio.sleep(_LOOK_SECONDS)
    if rows != wanted:
        raise LostError(f"{side.name}: {wanted} messages were accepted and {rows} are in the database")
    return (rows - first) / (now - start) if now > start else float("inf")


def latency(bench: Bench) -> list[Row]:
    """How long a message takes to the WebSocket when nothing is in its way."""
    floor, us = bench.in_turn(
        bench.scale.rounds, lambda side: bench.runner.run(side, bench.scale.latency_seconds, rate=LATENCY_RATE)
    )
    for measured in (*floor, *us):
        _complete(measured)
    return [
        compare("e2e.p50_ratio_floor", f"to the WebSocket at {LATENCY_RATE:.0f}/s, p50", "ms",
                [_event(m, 50) for m in floor], [_event(m, 50) for m in us], goal=at_most(2)),
        compare("e2e.p99_ratio_floor", "its p99", "ms",
                [_event(m, 99) for m in floor], [_event(m, 99) for m in us], goal=at_most(3)),
        compare("e2e.accept_p50_ratio_floor", f"accepted at {LATENCY_RATE:.0f}/s, p50", "ms",
                [m.outcome.accept.p50 * 1e3 for m in floor], [m.outcome.accept.p50 * 1e3 for m in us]),
        compare("e2e.cpu_idle_ratio_floor", f"CPU per message at {LATENCY_RATE:.0f}/s", "ms",
                [m.total_cpu_ms for m in floor], [m.total_cpu_ms for m in us]),
    ]  # fmt: skip


def cpu(bench: Bench) -> tuple[list[Row], dict[str, dict[str, float]]]:
    """What a message costs all processes together, and which of them."""
    floor, us = bench.in_turn(
        bench.scale.rounds, lambda side: bench.runner.run(side, bench.scale.cpu_seconds, rate=CPU_RATE)
    )
    for measured in (*floor, *us):
        _complete(measured)
    parts = {
        side.name: {name: median(m.cpu_ms[name] for m in runs) for name in runs[0].cpu_ms}
        for side, runs in ((bench.floor, floor), (bench.us, us))
    }
    row = compare("e2e.cpu_ratio_floor", f"CPU per message at {CPU_RATE:.0f}/s", "ms",
                  [m.total_cpu_ms for m in floor], [m.total_cpu_ms for m in us], goal=at_most(3))  # fmt: skip
    return [row], parts


def rate(bench: Bench) -> list[Row]:
    """The highest rate at which nothing piles up."""
    rates: dict[str, list[float]] = {bench.floor.name: [], bench.us.name: []}
    closed: dict[str, list[float]] = {bench.floor.name: [], bench.us.name: []}
    for _ in range(bench.scale.search_rounds):
        for side in (bench.floor, bench.us):
            highest, loop = _search(bench, side)
            rates[side.name].append(highest)
            closed[side.name].append(loop)
    return [
        compare("e2e.rate_ratio_floor", "to the WebSocket, highest sustained", "/s",
                rates[bench.floor.name], rates[bench.us.name], goal=at_least(0.5)),
        compare("e2e.closed_ratio_floor", "the same, closed loop", "/s",
                closed[bench.floor.name], closed[bench.us.name]),
    ]  # fmt: skip


def _search(bench: Bench, side: Side) -> tuple[float, float]:
    """Return the highest sustained rate and the rate of the closed loop, which is where the search starts."""
    closed = bench.runner.run(side, bench.scale.search_seconds)
    _complete(closed)
    tried, highest = 0.9 * closed.outcome.event_rate, 0.0
    for _ in range(bench.scale.search_steps):
        measured = bench.runner.run(side, bench.scale.search_seconds, rate=tried)
        _complete(measured)
        if measured.outcome.lag <= _PILED_UP_SECONDS:
            highest = max(highest, measured.outcome.event_rate)
            tried *= 1.1
        elif highest:
            break
        else:
            tried *= 0.8
    # Not one step was slow enough: the last one, which was not tried, is the honest lower bound.
    return highest or tried, closed.outcome.event_rate


def ledger(bench: Bench) -> list[Row]:
    """Compare what was accepted with what the databases hold.

    Raises:
        LostError: they differ.
    """
    for side in (bench.floor, bench.us):
        accepted, rows = bench.runner.accepted.get(side.name, 0), asyncio.run(side.rows())
        if rows != accepted:
            raise LostError(f"{side.name}: {accepted} messages were accepted and {rows} are in the database")
    return [
        alone("e2e.messages", "accepted and in the database, all of them", "", bench.runner.accepted[bench.us.name])
    ]


def _complete(measured: Measured) -> None:
    outcome = measured.outcome
    if outcome.refused:
        raise LostError(f"{outcome.sent} messages were sent, and some refused: {outcome.refused}")
    if outcome.event is not None and (outcome.events != outcome.sent or outcome.repeated):
        raise LostError(f"{outcome.sent} were sent, {outcome.events} came to the WebSocket, {outcome.repeated} twice")


def _event(measured: Measured, percentile: int) -> float:
    spread = measured.outcome.event
    if spread is None:
        raise LostError(f"{measured.outcome.sent} were sent and none came to the WebSocket")
    return (spread.p50 if percentile == 50 else spread.p99) * 1e3
