"""Plays in sample messages, on the way that every message takes: through the webhook of `default/inbox`."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from tracker_local.cli.client import open_api
from tracker_local.cli.output import say, stderr
from tracker_local.cli.sending import Outlet, find_outlet, post
from tracker_local.cli.welcome import INBOX, program


def demo_messages(now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the id and the body of each sample message; the last of them has just been written."""
    lines = resources.files("tracker_local.cli").joinpath("demo.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        message = json.loads(line)
        ago = timedelta(minutes=message.pop("minutes_ago"))
        yield f"demo-{number:03}", message | {"sent_at": (now - ago).isoformat(timespec="seconds")}


async def play_demo() -> None:
    """Send all sample messages. Played twice, they are there once.

    Raises:
        TrackerError: there is no such webhook any more, or it refuses.
    """
    outlet = await asyncio.to_thread(_outlet)
    messages = list(demo_messages(datetime.now(UTC)))
    known = 0
    drawn = Bar(
        TextColumn("Sample messages"), BarColumn(), MofNCompleteColumn(), console=stderr, disable=not stderr.is_terminal
    )
    with drawn as bar:
        task = bar.add_task("", total=len(messages))
        async with httpx.AsyncClient() as client:
            for id_, message in messages:
                answer = await post(client, outlet, message, id_=id_)
                known += bool(answer.get("duplicate"))
                bar.advance(task)
    said = f"{len(messages) - known} sample messages sent to {INBOX}" + (
        f", {known} were there already" if known else ""
    )
    say(f"{said}. Played again, none is added twice. Watch them in the dashboard, or with: {program()} ledger")


def _outlet() -> Outlet:
    with open_api(None, None) as api:
        return find_outlet(api, INBOX)
