"""What a restart has to know, kept on the bus: this process has no disk of its own.

How far updates were read is not among it: Telegram keeps that. Update ids start anew at random after a quiet week, and
an offset from before would confirm, unread, everything below it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from nats.errors import Error as NatsError
from tracker_core.channels.condition import Condition, Reason
from tracker_core.channels.cursors import Cursor
from tracker_core.channels.stores import FilesUnavailableError

_LONGEST_WAIT = 10.0
_KEPT = 100
"""Albums and long answers that are remembered: repeats of their parts come within minutes."""


class Album(msgspec.Struct):
    """Photos and files that were sent as one, while its parts come in."""

    key: str
    """`<chat>:<media_group_id>`."""
    updates: list[dict[str, Any]]
    """Its parts, as they came."""
    sealed: bool = False
    """Complete: from now on exactly these parts are published, after a crash too."""


class Memory(msgspec.Struct):
    """Everything that is kept."""

    webhook: str = ""
    """URL that we told Telegram to call; another one is somebody else's."""
    menu: str = ""
    """Address behind the menu button that we have set; another button is somebody else's."""
    moved: dict[str, int] = {}
    """Groups that became supergroups: old id -> new id."""
    albums: list[Album] = []
    published: dict[str, list[int]] = {}
    """Albums that are on the bus -> ids of their parts; the first one is the message's."""
    answers: dict[str, list[int]] = {}
    """Long answers of which only the beginning is sent: id of the reply -> ids of the messages."""


class Place:
    """The memory of one Source."""

    def __init__(self, cursor: Cursor, condition: Condition) -> None:
        self._cursor = cursor
        self._condition = condition
        self._lock = asyncio.Lock()
        self.memory = Memory()

    async def load(self) -> None:
        """Read what the last process left."""
        kept = await stored(self._condition, self._cursor.load)
        self.memory = msgspec.convert(kept, Memory)

    async def save(self) -> None:
        """Keep the memory as it is now; return when it is kept."""
        for kept in (self.memory.published, self.memory.answers):
            while len(kept) > _KEPT:
                del kept[next(iter(kept))]
        async with self._lock:
            await stored(self._condition, lambda: self._cursor.save(msgspec.to_builtins(self.memory)))


async def stored[T](condition: Condition, act: Callable[[], Awaitable[T]]) -> T:
    """Do something on the bus, again and again until it works; what waits for it stays with Telegram."""
    wait = 0.5
    while True:
        try:
            result = await act()
        except FilesUnavailableError as error:
            condition.trouble(Reason.FILES_UNAVAILABLE, f"{error}. Nothing is lost: it stays at Telegram")
        except (NatsError, OSError) as error:
            condition.trouble(
                Reason.BUS_UNAVAILABLE,
                f"The message bus does not store ({type(error).__name__}). Nothing is lost: it stays at Telegram",
            )
        else:
            if condition.reason in {Reason.BUS_UNAVAILABLE, Reason.FILES_UNAVAILABLE}:
                condition.ready()
            return result
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)
