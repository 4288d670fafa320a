"""`python -m tests.bench.lists [--tasks N] [--messages N]`: lists, counts and search at the API of a full database.

Not part of `make bench`: filling takes minutes. Absolute figures say what this machine was like just then; what they
show is which question is out of line, and whether ten times as many tasks take longer.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench.filling import fill
from tests.bench.product import describe_product
from tests.bench.side import REPOSITORY
from tests.bench.stores import running_stores

ROUNDS = 7
SECONDS = 60

_FILTERS = (
    "",
    "status:open",
    "status:open priority:>=high",
    "label:customer-17",
    "label:backend status:open",
    "source:bench/source-3 status:open category:bug",
    "due:<7d status:open",
    "is:overdue",
    "assignee:none priority:urgent",
    "created:>300d status:triage",
    "confidence:<55% status:open",
    "export",
    "refund coupon",
    "pedido avatar status:open",
    "#4711",
)
_SORTS = ("-created_at", "-updated_at", "-priority", "due_on", "title", "assignee", "number")
_OTHERS = {
    "board counts": "/api/tasks/groups?by=assignee",
    "counts": "/api/tasks/counts",
    "calendar": "/api/tasks/calendar?from=2026-11-01&to=2026-12-12",
    "messages": "/api/messages?limit=50",
    "search in messages": "/api/messages?q=refund+coupon",
    "ledger": "/api/ledger",
    "statistics of a month": "/api/statistics",
    "statistics of a year": "/api/statistics?from=2025-12-02&to=2026-12-01",
}


@dataclass(frozen=True)
class Asked:
    what: str
    middle: float
    worst: float
    """Milliseconds."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lists", description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    arguments = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("TRACKER_") and name != "TRACKER_POSTGRES_BIN"]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        Path(folder).chmod(0o755)  # Postgres runs as somebody else when this is root
        with running_stores(Path(folder, "us")) as stores:
            us = describe_product(stores, Path(folder, "home"))
            started = time.perf_counter()
            asyncio.run(fill(stores.postgres.url, tasks=arguments.tasks, messages=arguments.messages))
            print(f"filled in {time.perf_counter() - started:.0f} s", file=sys.stderr)
            try:
                us.start(us.showing)
                asked = asyncio.run(_ask(us.watch.url.replace("ws://", "http://").removesuffix("/ws"), us.watch.token))
            finally:
                us.stop()
    _report(asked, arguments.tasks, arguments.messages)
    return 0


async def _ask(base: str, token: str) -> list[Asked]:
    questions = {
        f"{text or 'all'} by {sort}": str(httpx.URL("/api/tasks", params={"filter": text, "sort": sort, "limit": "50"}))
        for text in _FILTERS
        for sort in _SORTS
    } | _OTHERS
    asked = []
    async with httpx.AsyncClient(
        base_url=base, headers={"authorization": f"Bearer {token}"}, timeout=SECONDS
    ) as client:
        for what, path in questions.items():
            took = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                (await client.get(path)).raise_for_status()
                took.append((time.perf_counter() - start) * 1000)
            took.sort()
            asked.append(Asked(what, took[ROUNDS // 2], took[-1]))
    return asked


def _report(asked: list[Asked], tasks: int, messages: int) -> None:
    middles = sorted(question.middle for question in asked)
    p95 = middles[int(len(middles) * 0.95)]
    print(f"{tasks:,} tasks, {messages:,} messages: {len(asked)} questions, median of {ROUNDS} each")
    for question in sorted(asked, key=lambda question: -question.middle)[:20]:
        print(f"{question.middle:8.1f} ms, worst {question.worst:8.1f}  {question.what}")
    print(f"{p95:8.1f} ms p95 over the questions (goal: under 150 at 100,000 tasks)")
    folder = REPOSITORY / ".bench"
    folder.mkdir(exist_ok=True)
    document = {
        "lists.p95_ms": round(p95, 1),
        "lists.median_ms": round(middles[len(middles) // 2], 1),
        "tasks": tasks,
        "messages": messages,
        "questions": {question.what: round(question.middle, 2) for question in asked},
    }
    (folder / f"lists-{tasks}.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
