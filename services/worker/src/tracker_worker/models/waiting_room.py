"""Places at the language models, so that slow ones never hold all of the worker's own places.

The worker takes so many messages more at a time as may be in here: a message that the embedded model is sure of passes
by all that wait for a language model.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tracker_worker.models.consultant import ConsultError, Why


class WaitingRoom:
    """Bounds who is served and who waits.

    Args:
        places: Questions at a time.
        seats: Questions that may wait for a place.
    """

    def __init__(self, places: int, seats: int) -> None:
        self.capacity = places + seats
        """Questions that are in here at most."""
        self._inside = 0
        self._places = asyncio.Semaphore(places)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place and hold it.

        Raises:
            ConsultError: Every seat is taken.
        """
        if self._inside >= self.capacity:
            raise ConsultError(Why.BUSY, "every place at the language models is taken")
        self._inside += 1
        try:
            async with self._places:
                yield
        finally:
            self._inside -= 1
