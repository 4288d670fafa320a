"""`python -m tests.bench.pages [--tasks N] [--messages N]`: what the dashboard's pages wait for, of a full database.

Not part of `make bench`: filling takes minutes. Absolute figures say what this machine was like just then; what they
show is which question is out of line, and whether ten times as many rows take longer. So every question is asked once
in each round, in another order each time, and one of the cheapest kind stands among them as the floor.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import asyncpg
import httpx
import nats
from nats.aio.client import Client
from pydantic import SecretStr
from tracker_core.bus import EVENTS, INBOUND, STREAMS, ensure_bus, events_subject
from tracker_core.database import make_engine
from tracker_core.repositories.daily import sum_up
from tracker_core.settings import DatabaseSettings
from websockets.asyncio.client import connect

from tests.bench.filling import fill, last_sequence
from tests.bench.load.job import Watch
from tests.bench.product import describe_product
from tests.bench.publish import put_between
from tests.bench.questions import FLOOR, Question, Team, questions
from tests.bench.side import REPOSITORY
from tests.bench.stores import Stores, running_stores

ROUNDS = 10
SECONDS = 60
FRAMES = 1200
GOAL = 150
"""Milliseconds, for p95 at 100,000 tasks and 1,000,000 messages."""


@dataclass(frozen=True)
class Line:
    """All answers to the questions of one kind, in milliseconds."""

    kind: str
    questions: int
    slowest: str
    """The question that took longest, by its median, and that."""
    p50: float
    p95: float
    p99: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pages", description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default="", help="kinds of questions that begin so")
    parser.add_argument("--data", type=Path, help="fill this folder and keep it, or use what was filled there")
    parser.add_argument("--publish", action="store_true", help="also write the table into docs/performance.md")
    arguments = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("TRACKER_") and name != "TRACKER_POSTGRES_BIN"]:
        del os.environ[name]
    with _folder(arguments.data) as folder, running_stores(folder) as stores:
        us = describe_product(stores, folder / "home")
        team = asyncio.run(_prepare(stores, arguments.tasks, arguments.messages))
        load = os.getloadavg()[0]
        try:
            us.start(us.showing)
            lines = asyncio.run(_measure(us.watch, team, arguments.rounds, arguments.only))
        finally:
            us.stop()
    _report(lines, arguments, load)
    return 0


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        kept.chmod(0o755)
        yield kept / "stores"
        return
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        Path(folder).chmod(0o755)  # Postgres runs as somebody else when this is root
        yield Path(folder, "stores")


async def _prepare(stores: Stores, tasks: int, messages: int) -> Team:
    """Fill what is empty: the database, and the bus as if all of it had come from there."""
    bus = await nats.connect(stores.nats.url)
    database = await asyncpg.connect(stores.postgres.url, timeout=10)
    engine = make_engine(DatabaseSettings(url=SecretStr(stores.postgres.url)), statement_seconds=None)
    try:
        if not await database.fetchval("select exists (select from task)"):
            started = time.perf_counter()
            inbound = next(config for config in STREAMS if config.name == INBOUND)
            made = await bus.jetstream().add_stream(replace(inbound, first_seq=last_sequence(messages) + 1))
            assert made.created is not None
            epoch = int(made.created.timestamp())
            await fill(stores.postgres.url, tasks=tasks, messages=messages, stream_epoch=epoch)
            print(f"filled in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        await sum_up(engine, datetime.now(UTC))
        return await _team(database, await _live_feed(bus, database))
    finally:
        await engine.dispose()
        await database.close()
        await bus.close()


async def _live_feed(bus: Client, database: asyncpg.Connection) -> int:
    """Let the feed hold so many frames that a process that starts reads back only the newest of them."""
    await ensure_bus(bus.jetstream())
    subject = events_subject(await database.fetchval("select id from workspace"))
    event = await database.fetchrow("select id, entity_id from event order by id desc limit 1")
    told = (
        f'[{{"id":{event["id"]},"verb":"message.recorded","entity":{{"type":"message","id":"{event["entity_id"]}"}}}}]'
    )
    seq = (await bus.jetstream().stream_info(EVENTS)).state.last_seq
    while seq < FRAMES:
        seq = (await bus.jetstream().publish(subject, told.encode())).seq
    return seq


async def _team(database: asyncpg.Connection, seq: int) -> Team:
    tasks, task = await database.fetchrow(
        "select count(*), (select id from task order by id offset (select count(*) / 2 from task) limit 1) from task"
    )
    chat = "select conversation_id from message where conversation_id is not null group by 1 order by count(*) desc"
    return Team(
        tasks=tasks,
        task=task,
        member=await database.fetchval("select id from member where name = 'Member 10'"),
        source=await database.fetchval("select id from source where name = 'source-7'"),
        message=await database.fetchval("select id from message where id >= $1 order by id limit 1", task),
        dead_letter=await database.fetchval("select id from dead_letter order by id limit 1"),
        chatty=await database.fetchval(f"select number from task where conversation_id = ({chat} limit 1) limit 1"),
        seq=seq,
    )


async def _measure(watch: Watch, team: Team, rounds: int, only: str) -> list[Line]:
    asked = [question for question in questions(team) if question is FLOOR or question.kind.startswith(only)]
    took: dict[Question, list[float]] = defaultdict(list)
    dice = random.Random(7)
    base = watch.url.replace("ws://", "http://").removesuffix("/ws")
    headers = {"authorization": f"Bearer {watch.token}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=SECONDS) as client:
        # The first round warms what is warm in a process that has run for a minute.
        for number in range(rounds + 1):
            for question in dice.sample(asked, len(asked)):
                start = time.perf_counter()
                if question.path.startswith("/ws"):
                    await _come_back(watch, question.path, team.seq)
                else:
                    (await client.get(question.path)).raise_for_status()
                if number:
                    took[question].append((time.perf_counter() - start) * 1000)
    return [_line(kind, {q: took[q] for q in asked if q.kind == kind}) for kind in dict.fromkeys(q.kind for q in asked)]


async def _come_back(watch: Watch, path: str, seq: int) -> None:
    """Connect with a cursor, and read all that was missed."""
    url = watch.url.removesuffix("/ws") + path
    headers = {"authorization": f"Bearer {watch.token}"}
    async with connect(url, additional_headers=headers, compression=None) as socket:
        seen = int(path.rpartition("=")[2])
        json.loads(await socket.recv())
        while seen < seq:
            frame = json.loads(await socket.recv())
            assert frame["type"] == "events", frame
            seen = frame["seq"]


def _line(kind: str, took: dict[Question, list[float]]) -> Line:
    every = sorted(time for times in took.values() for time in times)
    slowest, middle = max(((q, median(times)) for q, times in took.items()), key=lambda pair: pair[1])
    return Line(
        kind,
        len(took),
        f"{middle:.0f} ms: {slowest.path}",
        *(every[int((len(every) - 1) * share)] for share in (0.5, 0.95, 0.99)),
    )


def _report(lines: list[Line], arguments: argparse.Namespace, load: float) -> None:
    """Print the table; beside it stands p95 of the last run with a tenth of the tasks, where there was one."""
    heading = (
        f"{datetime.now(UTC):%Y-%m-%d}: {arguments.tasks:,} tasks, {arguments.messages:,} messages,"
        f" {os.cpu_count()} shared cores, load {load:.1f} before and {os.getloadavg()[0]:.1f} after; each question"
        f" {arguments.rounds} times, in ms."
    )
    folder = REPOSITORY / ".bench"
    folder.mkdir(exist_ok=True)
    smaller = folder / f"pages-{arguments.tasks // 10}.json"
    tenth = {line["kind"]: line["p95"] for line in json.loads(smaller.read_text())["lines"]} if smaller.exists() else {}
    table = "\n".join(
        [
            "| what a page asks | questions | p50 | p95 | p99 | p95 of a tenth |",
            "|------------------|----------:|----:|----:|----:|---------------:|",
            *(
                f"| {line.kind} | {line.questions} | {line.p50:.0f} | {line.p95:.0f} | {line.p99:.0f} |"
                f" {tenth.get(line.kind, float('nan')):.0f} |"
                for line in lines
            ),
        ]
    )
    print(heading, table, sep="\n\n")
    for line in sorted(lines, key=lambda line: -line.p95)[:12]:
        print(f"{line.kind}: {line.slowest}")
    print("over the goal:", ", ".join(line.kind for line in lines if line.p95 > GOAL) or "none")
    if arguments.publish:
        put_between("pages", f"{heading}\n\n{table}\n")
    document = {"about": heading, "lines": [asdict(line) for line in lines]}
    (folder / f"pages-{arguments.tasks}.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
