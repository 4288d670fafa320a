"""Photos and files that were sent as one are one message here, though each comes as an update of its own.

Telegram does not say how many there are, and sends the next one of a chat only after the one before was confirmed. So a
part is kept on the bus, then confirmed; when no more come for a second, the parts are sealed, published and forgotten.
Each step is saved before the next: after a crash the same parts make the same message. After a start or an outage parts
may be under way for longer, and are waited for longer. One that comes after all that is a message of its own, which
answers the album.
"""

import asyncio
import contextlib
from time import monotonic

import msgspec
from aiogram.types import Message
from tracker_core.channels.process import Served

from tracker_bot.place import Album, Place
from tracker_bot.taking import Taking, message_of, parse_update

QUIET = 1.0
"""Seconds without another part that complete an album."""
UNQUIET = 15.0
"""The same for so long after a start or an outage: what was refused comes again only then."""
LONGEST = 120.0
"""Seconds that an album waits at most, whatever the trouble is."""
MAX_PARTS = 10
"""https://core.telegram.org/bots/api#sendmediagroup"""
MAX_HELD_BYTES = 300_000
"""Of parts that wait: all of them are one value on the bus, which takes a megabyte."""


class Albums:
    """The albums of one Source."""

    def __init__(self, served: Served, place: Place, taking: Taking) -> None:
        self._served = served
        self._place = place
        self._taking = taking
        self._due: dict[int, float] = {}
        self._since: dict[int, float] = {}
        self._wake = asyncio.Event()
        self._gone = asyncio.Condition()
        self._reconnects = 0
        self._unquiet_until = monotonic() + UNQUIET

    async def hold(self, message: Message, raw: dict[str, object]) -> None:
        """Keep a part; return when it is kept."""
        key, number = _key(message), message.message_id
        memory = self._place.memory
        if number in memory.published.get(key, ()) or any(number in _numbers(a) for a in self._of(key) if a.sealed):
            return
        await self._make_room(len(msgspec.json.encode(raw)))
        album = next((album for album in self._of(key) if not album.sealed), None)
        if album is None:
            album = Album(key, [])
            memory.albums.append(album)
        if number not in _numbers(album):
            album.updates.append(raw)
        self._due[id(album)] = self._quiet_at() if len(album.updates) < MAX_PARTS else 0
        # Repeats too: the first attempt to save may have been given up.
        await self._place.save()
        self._wake.set()

    async def amend(self, message: Message, raw: dict[str, object]) -> bool:
        """Put the new version of a part in the place of the old one; return False when there is none to replace."""
        for album in self._of(_key(message)):
            for index, number in enumerate(_numbers(album)):
                if number == message.message_id and not album.sealed:
                    album.updates[index] = raw
                    await self._place.save()
                    return True
        return False

    def id_of(self, message: Message) -> str:
        """Return the `external_id` of the album that a part has become; empty when it is none that is remembered."""
        published = self._place.memory.published.get(_key(message), [])
        return f"{message.chat.id}:{published[0]}" if published else ""

    async def settle(self, message: Message) -> None:
        """Publish first what the same person has sent before this message: the order is kept."""
        prefix, writer = f"{message.chat.id}:", _writer(message)

        def before() -> list[Album]:
            return [
                album
                for album in self._place.memory.albums
                if album.key.startswith(prefix) and _writer(_parts(album)[0]) == writer
            ]

        for early in before():
            self._due[id(early)] = 0
        self._wake.set()
        async with self._gone:
            await self._gone.wait_for(lambda: not before())

    async def run(self) -> None:
        """Publish what is complete, until cancelled."""
        for kept in self._place.memory.albums:
            self._due[id(kept)] = self._quiet_at()
        while True:
            self._wake.clear()
            albums = self._place.memory.albums
            album = min(albums, key=lambda item: self._due.get(id(item), 0), default=None)
            wait = self._due.get(id(album), 0) - monotonic() if album is not None else None
            if album is not None and wait is not None and wait <= 0:
                if self._may_wait(album) and self._is_disturbed():
                    self._due[id(album)] = self._quiet_at()
                else:
                    await self._publish(album)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    async def _publish(self, album: Album) -> None:
        memory = self._place.memory
        album.sealed = True
        await self._place.save()
        parts = sorted(zip(_parts(album), album.updates, strict=True), key=lambda part: part[0].message_id)
        messages = [message for message, _ in parts]
        await self._taking.publish(messages, [raw for _, raw in parts], reply_to=self.id_of(messages[0]))
        memory.published.setdefault(album.key, []).extend(message.message_id for message in messages)
        memory.albums.remove(album)
        self._due.pop(id(album), None)
        self._since.pop(id(album), None)
        await self._place.save()
        async with self._gone:
            self._gone.notify_all()

    async def _make_room(self, size: int) -> None:
        def is_room() -> bool:
            albums = self._place.memory.albums
            if not albums or len(msgspec.json.encode(albums)) + size <= MAX_HELD_BYTES:
                return True
            self._due[id(albums[0])] = 0
            self._wake.set()
            return False

        async with self._gone:
            await self._gone.wait_for(is_room)

    def _may_wait(self, album: Album) -> bool:
        since = self._since.setdefault(id(album), monotonic())
        return bool(self._due.get(id(album))) and monotonic() - since < LONGEST

    def _is_disturbed(self) -> bool:
        """Say whether messages may have been held up since this was asked last."""
        reconnects = self._served.bus.nc.stats["reconnects"]
        disturbed = bool(self._served.condition.reason) or reconnects != self._reconnects
        self._reconnects = reconnects
        if disturbed:
            self._unquiet_until = monotonic() + UNQUIET
        return disturbed

    def _quiet_at(self) -> float:
        return max(monotonic() + QUIET, self._unquiet_until)

    def _of(self, key: str) -> list[Album]:
        return [album for album in self._place.memory.albums if album.key == key]


def _key(message: Message) -> str:
    return f"{message.chat.id}:{message.media_group_id}"


def _parts(album: Album) -> list[Message]:
    return [message for raw in album.updates if (message := message_of(parse_update(raw))) is not None]


def _numbers(album: Album) -> list[int]:
    return [message.message_id for message in _parts(album)]


def _writer(message: Message) -> int:
    # In a channel there is nobody but the channel.
    chat, user = message.sender_chat, message.from_user
    return chat.id if chat is not None else user.id if user is not None else message.chat.id
