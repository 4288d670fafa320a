"""Looks through the history of each channel for what did not arrive: after a start, after a lost connection, hourly.

https://docs.slack.dev/reference/methods/conversations.history and conversations.replies. The cursor of a channel is the
last timestamp that a look has seen; a look reads `ingest.backfill` back all the same, because a new answer stands in an
old thread. What was published meanwhile is known by its id.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from nats.errors import Error as NatsError
from tracker_core.channels.cursors import Cursor

from tracker_ingestion.kinds.slack.backoff import Backoff
from tracker_ingestion.kinds.slack.faults import SlackError
from tracker_ingestion.kinds.slack.login import Login
from tracker_ingestion.kinds.slack.names import Names
from tracker_ingestion.kinds.slack.reading import Heard, read_edit, read_message
from tracker_ingestion.kinds.slack.standing import Standing
from tracker_ingestion.kinds.slack.taking import Taking
from tracker_ingestion.kinds.slack.web import Web

log = logging.getLogger(__name__)

PAGE = 200
"""Entries of one answer; Slack recommends no more."""
MAX_PAGES = 250
"""Of one channel or thread."""
OVERLAP = 60.0
"""Seconds before the cursor that are read again: entries may appear a moment late."""
TYPES = "public_channel,private_channel,mpim,im"
_CLOSED = {"channel_not_found", "not_in_channel", "is_archived", "thread_not_found", "missing_scope", "no_permission"}
"""Codes that close one channel, and say nothing of the others."""


class History:
    """Catches up for one Source."""

    def __init__(
        self,
        web: Web,
        cursor: Cursor,
        *,
        login: Login,
        names: Names,
        taking: Taking,
        standing: Standing,
        backfill: timedelta,
        every: timedelta,
    ) -> None:
        self._web = web
        self._cursor = cursor
        self._login = login
        self._names = names
        self._taking = taking
        self._standing = standing
        self._backfill = backfill
        self._every = every

    async def run(self) -> None:
        """Catch up whenever something may have been missed, until cancelled."""
        await self._login.known()
        backoff = Backoff(first=2.0, longest=600.0)
        while self._backfill:
            try:
                async with asyncio.timeout(self._every.total_seconds()):
                    await self._taking.missed.wait()
            except TimeoutError:
                pass
            self._taking.missed.clear()
            try:
                await self._look()
            except SlackError as error:
                self._standing.trouble("history", error)
                self._login.doubt()
            except (NatsError, TimeoutError, OSError) as error:
                log.warning("The history was not read to its end: %s", str(error) or type(error).__name__)
            else:
                self._standing.well("history")
                backoff.reset()
                continue
            self._taking.missed.set()
            await asyncio.sleep(backoff.pause())
        await asyncio.Event().wait()

    async def _look(self) -> None:
        closed: SlackError | None = None
        async for entry in self._pages("users.conversations", "channels", types=TYPES, exclude_archived=True):
            channel, name = entry.get("id"), entry.get("name")
            if not isinstance(channel, str):
                continue
            if isinstance(name, str) and name:
                self._names.note(channel, name)
            if not await self._taking.allows(channel):
                continue
            try:
                await self._catch_up(channel)
            except SlackError as error:
                if error.code not in _CLOSED:
                    raise
                closed = error
        if closed is not None and closed.code == "missing_scope":
            raise closed

    async def _catch_up(self, channel: str) -> None:
        seen = _number((await self._cursor.load()).get(channel))
        start = (datetime.now(UTC) - self._backfill).timestamp()
        since, newest = max(seen - OVERLAP, start), seen
        found: dict[tuple[str, str], Heard] = {}
        async for body in self._pages("conversations.history", "messages", channel=channel, oldest=f"{start:.6f}"):
            newest = max(newest, _number(body.get("ts")))
            await self._collect(channel, body, seen, since, found)
            if _number(body.get("latest_reply")) > since:
                await self._thread(channel, str(body.get("ts")), seen, since, found)
        workspace = await self._login.known()
        for heard in sorted(found.values(), key=lambda heard: float(heard.at)):
            if not workspace.wrote(heard.body):
                await self._taking.message(heard)
        if newest > seen:
            # Loaded again: other processes of this Source save theirs.
            place = await self._cursor.load()
            await self._cursor.save(place | {channel: f"{max(newest, _number(place.get(channel))):.6f}"})

    async def _thread(
        self, channel: str, root: str, seen: float, since: float, found: dict[tuple[str, str], Heard]
    ) -> None:
        pages = self._pages("conversations.replies", "messages", channel=channel, ts=root, oldest=f"{since:.6f}")
        async for body in pages:
            await self._collect(channel, body, seen, since, found)

    async def _collect(
        self, channel: str, body: dict[str, Any], seen: float, since: float, found: dict[tuple[str, str], Heard]
    ) -> None:
        try:
            heard = read_message(channel, body)
            if heard is None:
                return
            # Of a message that is out already, what counts is whether somebody changed it.
            out = float(heard.said.ts) <= seen or self._taking.knows(heard)
            edit = read_edit(channel, body) if out else None
        except msgspec.ValidationError as error:
            if _number(body.get("ts")) > since:
                await self._taking.bury({"channel": channel} | body, f"Slack sent what is not as documented: {error}")
            return
        for each in filter(None, (heard, edit)):
            if float(each.at) > since:
                found[each.said.ts, each.stamp] = each

    async def _pages(self, method: str, field: str, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
        cursor = ""
        for _ in range(MAX_PAGES):
            answer = await self._patiently(method, limit=PAGE, cursor=cursor or None, **arguments)
            entries = answer.get(field)
            for entry in entries if isinstance(entries, list) else ():
                if isinstance(entry, dict):
                    yield entry
            metadata = answer.get("response_metadata")
            cursor = str(metadata.get("next_cursor") or "") if isinstance(metadata, dict) else ""
            if not cursor:
                return
        log.warning("Slack %s: more than %d entries; the rest is left", method, MAX_PAGES * PAGE)

    async def _patiently(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call, and wait as long as Slack asks to."""
        while True:
            try:
                answer = await self._web.call(method, **arguments)
            except SlackError as error:
                if error.code != "ratelimited":
                    raise
                self._standing.trouble("history", error)
                await asyncio.sleep(error.retry_after)
            else:
                self._standing.well("history")
                return answer


def _number(ts: Any) -> float:
    try:
        return float(ts)
    except (TypeError, ValueError):
        return 0.0
