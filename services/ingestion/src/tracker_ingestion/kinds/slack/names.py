"""Names for ids: people, bots and channels, asked of Slack once in a while.

A name that cannot be had is no reason to hold a message back: the id stands in its place, and the Source's health says
why.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from tracker_ingestion.kinds.slack.cache import Cache
from tracker_ingestion.kinds.slack.faults import SlackError
from tracker_ingestion.kinds.slack.standing import Standing
from tracker_ingestion.kinds.slack.web import Web

KEEP_SECONDS = 3600.0
"""How long a name counts; people rename themselves rarely."""
KEEP_UNKNOWN_SECONDS = 60.0
LOCKS = 64
LOOKUP_SECONDS = 3.0
"""For one name; Slack wants its event confirmed in about that time."""
_UNKNOWN = {"user_not_found", "user_not_visible", "users_not_found", "bot_not_found", "channel_not_found"}


@dataclass(frozen=True)
class Person:
    """Somebody, or some app, as Slack knows them."""

    id: str
    name: str
    address: str = ""
    zone: tzinfo = UTC


class Names:
    """The names of one workspace."""

    def __init__(self, web: Web, standing: Standing) -> None:
        self._web = web
        self._standing = standing
        self._people: Cache[str, Person] = Cache()
        self._channels: Cache[str, str] = Cache()
        self._locks = tuple(asyncio.Lock() for _ in range(LOCKS))
        """So that many messages of one person ask for the name once."""

    async def person(self, user: str) -> Person:
        """Return who `U…` is."""
        return await self._person(user, "users.info", "user", _person)

    async def bot(self, bot: str) -> Person:
        """Return which app `B…` is."""
        return await self._person(
            bot, "bots.info", "bot", lambda bot, answer: Person(bot, _first(answer, "name") or bot)
        )

    async def channel(self, channel: str) -> str:
        """Return the name of `C…` without the `#`; its id when it has none, as direct messages."""
        async with self._asking(channel):
            if (held := self._channels.get(channel)) is not None:
                return held
            answer, keep = await self._ask("conversations.info", "channel", channel=channel)
            self.note(channel, _first(answer, "name") or channel, keep)
            return _first(answer, "name") or channel

    def note(self, channel: str, name: str, seconds: float = KEEP_SECONDS) -> None:
        """Hold a channel's name that came with something else."""
        self._channels.put(channel, name, seconds)

    def forget_channel(self, channel: str) -> None:
        """Ask anew: it was renamed."""
        self._channels.forget(channel)

    async def _person(
        self, key: str, method: str, field: str, read: Callable[[str, Mapping[str, Any]], Person]
    ) -> Person:
        async with self._asking(key):
            if (held := self._people.get(key)) is not None:
                return held
            answer, keep = await self._ask(method, field, **{field: key})
            person = read(key, answer)
            self._people.put(key, person, keep)
            return person

    def _asking(self, key: str) -> asyncio.Lock:
        return self._locks[hash(key) % len(self._locks)]

    async def _ask(self, method: str, field: str, **arguments: str) -> tuple[Mapping[str, Any], float]:
        try:
            answer = await self._web.call(method, seconds=LOOKUP_SECONDS, **arguments)
        except SlackError as error:
            again = max(KEEP_UNKNOWN_SECONDS, error.retry_after)
            if error.code not in _UNKNOWN:
                self._standing.trouble("names", error, seconds=again if error.passes else None)
            return {}, again
        self._standing.well("names")
        found = answer.get(field)
        return (found, KEEP_SECONDS) if isinstance(found, Mapping) else ({}, KEEP_UNKNOWN_SECONDS)


def _person(user: str, answer: Mapping[str, Any]) -> Person:
    # https://docs.slack.dev/reference/objects/user-object
    given = answer.get("profile")
    profile: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    name = _first(profile, "display_name", "real_name") or _first(answer, "real_name", "name") or user
    return Person(user, name, _first(profile, "email"), _zone(_first(answer, "tz")))


def _first(fields: Mapping[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := fields.get(name), str) and value), "")


def _zone(name: str) -> tzinfo:
    # For "by Friday" and "tomorrow morning", as the author means it.
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC
