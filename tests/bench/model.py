"""`python -m tests.bench.model`: messages per second of the embedded model alone, on stdout."""

import asyncio
import sys
import time
from datetime import UTC, datetime

from tracker_worker.models.embedded_provider import EmbeddedProvider
from tracker_worker.models.provider import Question

from tests.bench.load.http import text

_SECONDS = 3.0
_LIMIT = 2000


async def _measure() -> float:
    provider, sent_at = EmbeddedProvider.load(), datetime.now(UTC)
    await provider.judge(Question("", text(0), "Ann Example", sent_at))
    start, number = time.perf_counter(), 0
    while time.perf_counter() < start + _SECONDS and number < _LIMIT:
        number += 1
        await provider.judge(Question("", text(number), "Ann Example", sent_at))
    return number / (time.perf_counter() - start)


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(_measure())))
