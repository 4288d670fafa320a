"""UUIDv7 keys: they sort by time, so that an index grows at its end and a list can page by key."""

import os
import threading
import time
from uuid import UUID

_COUNTER_BITS = 42
_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562 §5.7), strictly increasing within this process (§6.2 method 1, a 42-bit counter)."""
    global _last_ms, _counter  # noqa: PLW0603 -- one clock per process
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms = now
            # The top bit starts at zero, so that the counter has room before it overflows.
            _counter = int.from_bytes(os.urandom(6)) & ((1 << (_COUNTER_BITS - 1)) - 1)
        else:
            _counter += 1
            if _counter >> _COUNTER_BITS:
                _last_ms += 1
                _counter = 0
        ms, counter = _last_ms, _counter
    high, low = counter >> 30, counter & ((1 << 30) - 1)
    tail = (low << 32) | int.from_bytes(os.urandom(4))
    return UUID(int=(ms << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | tail)
