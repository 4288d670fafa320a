"""What was asked of Slack a while ago: bounded in number and in age."""

from collections import OrderedDict
from collections.abc import Hashable
from time import monotonic

MAX_ENTRIES = 20_000
"""A workspace of that many people is held; of a larger one, those who spoke last."""


class Cache[K: Hashable, V]:
    """Forgets the least recently used first, and everything in its time."""

    def __init__(self, *, entries: int = MAX_ENTRIES) -> None:
        self._entries = entries
        self._held: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return what is held and not too old."""
        held = self._held.get(key)
        if held is None or held[0] < monotonic():
            return None
        self._held.move_to_end(key)
        return held[1]

    def put(self, key: K, value: V, seconds: float) -> None:
        """Hold a value for so long."""
        self._held[key] = (monotonic() + seconds, value)
        self._held.move_to_end(key)
        while len(self._held) > self._entries:
            self._held.popitem(last=False)

    def forget(self, key: K) -> None:
        """Ask anew next time."""
        self._held.pop(key, None)
