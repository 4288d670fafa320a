"""How far a Source has read at its provider, kept on the bus: the process has no disk of its own.

A cursor is saved after the bus has acknowledged everything before it, so a crash reads some messages again, and their
ids make that harmless. `{"uidvalidity": 17, "uid": 4021}`, `{"C024BE91L": "1712345678.000200"}`.
"""

from typing import Any

import msgspec
from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError

from tracker_core.bus import CURSORS_BUCKET


class Cursor:
    """The place of one Source."""

    def __init__(self, js: JetStreamContext, source: str) -> None:
        self._js = js
        self._key = source.replace("/", ".")

    async def load(self) -> dict[str, Any]:
        """Return what was saved last; empty at the very first start."""
        bucket = await self._js.key_value(CURSORS_BUCKET)
        try:
            entry = await bucket.get(self._key)
        except KeyNotFoundError:
            return {}
        return msgspec.json.decode(entry.value or b"{}", type=dict[str, Any])

    async def save(self, place: dict[str, Any]) -> None:
        """Remember the place."""
        bucket = await self._js.key_value(CURSORS_BUCKET)
        await bucket.put(self._key, msgspec.json.encode(place))
