"""How many messages a second the embedded model decides, from the webhook to the task, beside the bare model."""

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass

import asyncpg
import msgspec

from tests.bench.measures import Bench
from tests.bench.side import REPOSITORY, with_path

_SECONDS = 120.0
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_DECIDED = "select count(*) from message where state <> 'waiting'"


class NotMeasuredError(Exception):
    """This part could not be measured; the message says why."""


@dataclass(frozen=True)
class TriageRate:
    per_second: float
    model_per_second: float
    """Of the model alone, in a process of its own with one thread."""

    @property
    def ratio_model(self) -> float:
        return self.per_second / self.model_per_second


def triage(bench: Bench) -> TriageRate:
    """Start the triage process, send messages to a Source that is triaged, and wait until each is decided.

    Raises:
        NotMeasuredError: there is no model, or it does not finish.
    """
    count = bench.scale.triage_messages
    model = _model_alone()
    try:
        bench.us.start(bench.us.thinking)
    except AssertionError as error:
        raise NotMeasuredError(str(error)) from error
    return TriageRate(asyncio.run(_through(bench, count)), model)


async def _through(bench: Bench, count: int) -> float:
    connection = await asyncpg.connect(bench.us.database_url, timeout=10)
    try:
        before = await connection.fetchval(_DECIDED)
        start = time.perf_counter()
        sent = await asyncio.to_thread(
            bench.runner.run, bench.us, 10, watched=False, limit=count, target=bench.us.thinking_target
        )
        wanted = before + sent.outcome.accepted
        while (decided := await connection.fetchval(_DECIDED)) < wanted:
            if time.perf_counter() > start + _SECONDS:
                raise NotMeasuredError(f"{wanted - decided} of {count} messages wait after {_SECONDS:.0f} s")
            await asyncio.sleep(0.1)
        return sent.outcome.accepted / (time.perf_counter() - start)
    finally:
        await connection.close()


def _model_alone() -> float:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.model"],
        capture_output=True,
        check=False,
        cwd=REPOSITORY,
        env=with_path(_ONE_THREAD),
        timeout=_SECONDS,
    )
    if done.returncode:
        raise NotMeasuredError(f"the embedded model does not run:\n{done.stderr.decode()}")
    return msgspec.json.decode(done.stdout, type=float)
