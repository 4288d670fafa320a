"""Plays in the sample messages, on the way that every message takes; the dashboard removes them again."""

import asyncio
from typing import Any

from tracker_local.cli.client import open_api
from tracker_local.cli.output import say
from tracker_local.cli.welcome import program


async def play_demo() -> None:
    """Have the API play in all sample messages. Played twice, they are there once.

    Raises:
        TrackerError: it refuses, or does not answer.
    """
    samples = await asyncio.to_thread(_add)
    known = samples["present"]
    said = f"{samples['available'] - known} sample messages sent to {samples['source']}"
    said += f", {known} were there already" if known else ""
    say(f"{said}. Played again, none is added twice. Watch them in the dashboard, or with: {program()} ledger")


def _add() -> dict[str, Any]:
    with open_api(None, None) as api:
        samples: dict[str, Any] = api.post("/api/samples", {})
        return samples
